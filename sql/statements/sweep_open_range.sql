-- All that counts of what happened to the leads of one range, both ends included, each lead's in order.
DECLARE sweep NO SCROLL CURSOR FOR
SELECT lead_id, key, occurred_at, received_at, type, properties, patch, source, email, phone
FROM events WHERE workspace_id = $1::uuid AND lead_id >= $2::uuid AND lead_id <= $3::uuid AND voided_at IS NULL AND type <> 'event_voided'
ORDER BY lead_id, occurred_at, key
