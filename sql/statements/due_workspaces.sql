-- Tenants with a lead whose stored score, tier or stage is out of date at $1, with the oldest such instant: one index probe a tenant.
SELECT w.id, d.next_change_at
FROM workspaces w
CROSS JOIN LATERAL (
    SELECT l.next_change_at FROM leads l
    WHERE l.workspace_id = w.id AND l.next_change_at <= $1
    ORDER BY l.next_change_at LIMIT 1) d
ORDER BY d.next_change_at
LIMIT $2
