-- One version of a workspace's model, whole.
SELECT version, name, state, created_at, activated_at, document FROM models WHERE workspace_id = $1 AND version = $2
