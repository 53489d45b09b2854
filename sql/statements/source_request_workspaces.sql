-- Tenants with a request whose time is over: one index probe each.
SELECT w.id FROM workspaces w
WHERE EXISTS (SELECT 1 FROM source_requests r WHERE r.workspace_id = w.id AND r.expires_at <= $1)
LIMIT $2
