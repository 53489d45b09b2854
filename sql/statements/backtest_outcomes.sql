-- When each lead first became a customer, and when it was first lost; NULL: it was not.
SELECT lead_id,
    min(occurred_at) FILTER (WHERE type = 'won' OR (type = 'stage_set' AND properties ->> 'stage' = 'customer')) AS won_at,
    min(occurred_at) FILTER (WHERE type = 'lost' OR (type = 'stage_set' AND properties ->> 'stage' = 'lost')) AS lost_at
FROM events WHERE workspace_id = $1::uuid AND type IN ('won', 'lost', 'stage_set') AND voided_at IS NULL
GROUP BY lead_id ORDER BY lead_id
