-- The versions of a workspace's model, newest first.
SELECT version, name, state, created_at, activated_at FROM models WHERE workspace_id = $1 ORDER BY version DESC LIMIT 1000
