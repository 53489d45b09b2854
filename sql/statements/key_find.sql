-- The key of a hash, live or not, with what authentication needs of its workspace.
SELECT k.id, k.role, k.label, k.hint, k.origins, k.created_at, k.expires_at, k.revoked_at, w.country, w.cleaning, w.event_types
FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id
WHERE k.workspace_id = $1 AND k.hash = $2
