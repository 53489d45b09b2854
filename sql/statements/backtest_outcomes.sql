-- When each lead first became a customer, and when it was first lost; NULL: it was not.
SELECT coalesce(m.merged_into, e.lead_id) AS lead_id,
    min(occurred_at) FILTER (WHERE type = 'won' OR (type = 'stage_set' AND properties ->> 'stage' = 'customer')) AS won_at,
    min(occurred_at) FILTER (WHERE type = 'lost' OR (type = 'stage_set' AND properties ->> 'stage' = 'lost')) AS lost_at
FROM events e LEFT JOIN leads m ON m.workspace_id = $1::uuid AND m.id = e.lead_id AND m.merged_into IS NOT NULL
WHERE e.workspace_id = $1::uuid AND type IN ('won', 'lost', 'stage_set') AND voided_at IS NULL
GROUP BY 1 ORDER BY 1
