-- Every event of some leads, for replay. A voided event is as if it had never been, and so is the one that says so.
SELECT lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source, email, phone
FROM events WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) AND voided_at IS NULL AND type <> 'event_voided'
ORDER BY lead_id, occurred_at, key
