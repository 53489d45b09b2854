-- Transitions after a position and up to another, in order, each with its lead as it is now.
SELECT t.id, t.lead_id, t.position, t.at, t.model_version, t.score, t.fit, t.engagement, t.kind, t.from_value, t.to_value, t.cause, t.reason,
       t.event_id, t.event_key, t.line, l.id, l.name, l.tier, l.grade, l.stage, l.score, l.owner
FROM transitions t LEFT JOIN leads l ON l.workspace_id = t.workspace_id AND l.id = t.lead_id
WHERE t.workspace_id = $1 AND t.position > $2 AND t.position <= $3
ORDER BY t.position LIMIT $4
