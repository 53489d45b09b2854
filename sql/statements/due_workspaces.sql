-- Tenants with a lead of which a stored score, tier or stage is out of date at $1, with the oldest such instant: one index probe a tenant, and one
-- more where there are models beside the primary one.
SELECT w.id, d.next_change_at
FROM workspaces w
CROSS JOIN LATERAL (
    SELECT min(first.next_change_at) AS next_change_at FROM (
        (SELECT l.next_change_at FROM leads l
         WHERE l.workspace_id = w.id AND l.next_change_at <= $1
         ORDER BY l.next_change_at LIMIT 1)
        UNION ALL
        (SELECT s.next_change_at FROM lead_scores s
         WHERE w.other_models <> '{}' AND s.workspace_id = w.id AND s.next_change_at <= $1 AND s.model_version = ANY (w.other_models)
         ORDER BY s.next_change_at LIMIT 1)) first) d
WHERE d.next_change_at IS NOT NULL
ORDER BY d.next_change_at
LIMIT $2
