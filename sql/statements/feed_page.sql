-- Transitions after a position and up to another, in order.
SELECT id, lead_id, position, at, model_version, score, fit, engagement, kind, from_value, to_value, cause, reason, event_id, event_key, line
FROM transitions
WHERE workspace_id = $1 AND position > $2 AND position <= $3 AND ($5::text IS NULL OR kind = $5)
ORDER BY position LIMIT $4
