-- Tenants with leads that are to be looked at for duplicates: one index probe a tenant.
SELECT w.id FROM workspaces w
WHERE EXISTS (SELECT FROM duplicate_marks m WHERE m.workspace_id = w.id AND (m.lease_until IS NULL OR m.lease_until < $1::timestamptz))
ORDER BY w.id LIMIT $2
