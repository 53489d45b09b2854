-- One version of a model.
SELECT document FROM models WHERE workspace_id = $1 AND version = $2
