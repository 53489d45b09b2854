-- All that happened to the leads of one range, both ends included, voided events too, each lead's in order.
DECLARE export NO SCROLL CURSOR FOR
SELECT lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source, email, phone, voided_at, void_reason, flag, cleaned
FROM events WHERE workspace_id = $1::uuid AND lead_id >= $2::uuid AND lead_id <= $3::uuid
ORDER BY lead_id, occurred_at, key
