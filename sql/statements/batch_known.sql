-- Which of these events are stored: the pairs found, and when each was received.
SELECT e.lead_id, e.key, e.received_at
FROM unnest($2::uuid[], $3::uuid[]) AS u (lead_id, key)
JOIN events e ON e.workspace_id = $1::uuid AND e.lead_id = u.lead_id AND e.key = u.key
