-- Events that are to be voided, as far as they are stored.
SELECT e.lead_id, e.key, e.type, e.event_id, e.voided_at
FROM unnest($2::uuid[], $3::uuid[]) AS u (lead_id, key)
JOIN events e ON e.workspace_id = $1::uuid AND e.lead_id = u.lead_id AND e.key = u.key
