-- What was told of handoffs after a position and up to another, in order, each with its lead as it is now.
SELECT o.lead_id, n.position, o.created_at, o.topic, o.payload, l.id, l.name, l.tier, l.grade, l.stage, l.score, l.owner
FROM handoff_news n
JOIN outbox o ON o.workspace_id = n.workspace_id AND o.id = n.outbox_id
LEFT JOIN leads l ON l.workspace_id = o.workspace_id AND l.id = o.lead_id
WHERE n.workspace_id = $1 AND n.position > $2 AND n.position <= $3
ORDER BY n.position LIMIT $4
