-- The keys of a workspace, oldest first (ids are in order of time).
SELECT k.id, k.role, k.label, k.hint, k.origins, k.created_at, k.expires_at, k.revoked_at, w.country
FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id
WHERE k.workspace_id = $1
ORDER BY k.id
