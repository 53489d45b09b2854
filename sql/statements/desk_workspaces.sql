-- Tenants with a handoff about which something is to be done at $1, with the oldest such instant: one index probe a tenant.
SELECT w.id, d.desk_at
FROM workspaces w
CROSS JOIN LATERAL (
    SELECT h.desk_at FROM handoffs h
    WHERE h.workspace_id = w.id AND h.desk_at <= $1
    ORDER BY h.desk_at LIMIT 1) d
WHERE w.desk
ORDER BY d.desk_at
LIMIT $2
