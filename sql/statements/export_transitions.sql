-- Transitions behind one, in order of id, which is that in which they were made.
SELECT id, lead_id, position, at, model_version, score, fit, engagement, kind, from_value, to_value, cause, reason, event_id, event_key, line
FROM transitions WHERE workspace_id = $1::uuid AND NOT held AND id > $2::uuid ORDER BY id LIMIT $3::bigint
