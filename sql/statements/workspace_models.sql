-- What leads of a workspace are scored by.
UPDATE workspaces SET active_model = $2, other_models = $3::bigint[] WHERE id = $1
