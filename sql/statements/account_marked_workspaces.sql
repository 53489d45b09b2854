-- Tenants with accounts whose leads moved.
SELECT w.id FROM workspaces w WHERE EXISTS (SELECT 1 FROM account_marks m WHERE m.workspace_id = w.id) LIMIT $1
