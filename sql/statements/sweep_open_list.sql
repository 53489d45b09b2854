-- All that counts of what happened to some leads, each lead's in order.
DECLARE sweep NO SCROLL CURSOR FOR
SELECT lead_id, key, occurred_at, received_at, type, properties, patch, source, email, phone
FROM events WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) AND voided_at IS NULL AND type <> 'event_voided'
ORDER BY lead_id, occurred_at, key
