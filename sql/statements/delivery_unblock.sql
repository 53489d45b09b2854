-- Whoever is first in a lead's line now has its turn. The lines are looked up once, whatever the planner takes the table for.
WITH t AS MATERIALIZED (
    SELECT u.webhook_id, n.seq
    FROM unnest($2::uuid[], $3::uuid[]) AS u (webhook_id, lead_id)
    CROSS JOIN LATERAL (
        SELECT p.seq FROM deliveries p
        WHERE p.workspace_id = $1 AND p.lead_id = u.lead_id AND p.webhook_id = u.webhook_id AND p.state = 'pending'
        ORDER BY p.seq LIMIT 1) n)
UPDATE deliveries d SET next_at = $4
FROM t
WHERE d.workspace_id = $1 AND d.webhook_id = t.webhook_id AND d.seq = t.seq AND d.state = 'pending' AND d.next_at IS NULL
RETURNING d.webhook_id
