-- Held transitions, by version of the model and in the order in which they were written, after a place.
SELECT id, lead_id, kind, from_value, to_value, cause, reason, at, score, fit, engagement, model_version, line
FROM transitions
WHERE workspace_id = $1 AND held AND (model_version, id) > ($2, $3) AND ($4::int8 IS NULL OR model_version = $4)
ORDER BY model_version, id LIMIT $5
