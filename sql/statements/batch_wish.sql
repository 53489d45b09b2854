-- What the activation of a model asked of the moves it makes by itself, and whether it is still the workspace's own.
SELECT m.transitions, w.active_model = m.version
FROM models m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.workspace_id = $1::uuid AND m.version = $2::bigint
