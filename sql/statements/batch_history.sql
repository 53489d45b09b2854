-- Every event of some leads, for replay.
SELECT lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source, email, phone
FROM events WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
ORDER BY lead_id, occurred_at, key
