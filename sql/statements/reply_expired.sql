-- Tenants with a reply made before $1: one index probe each.
SELECT w.id FROM workspaces w
WHERE EXISTS (SELECT 1 FROM kept_replies r WHERE r.workspace_id = w.id AND r.created_at < $1)
LIMIT $2
