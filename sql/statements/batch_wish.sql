-- What the activation of a model asked of the moves it makes by itself.
SELECT transitions FROM models WHERE workspace_id = $1::uuid AND version = $2::bigint
