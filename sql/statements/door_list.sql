-- The doors of a kind, oldest first (ids are in order of time).
SELECT d.id, d.kind, d.token, d.name, d.settings, d.revision, d.created_at, d.updated_at, d.disabled_at, w.country
FROM doors d JOIN workspaces w ON w.id = d.workspace_id
WHERE d.workspace_id = $1 AND d.kind = $2
ORDER BY d.id LIMIT 1000
