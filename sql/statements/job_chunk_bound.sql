-- The $3rd lead after a place in the order of ids: where a chunk ends. No row: fewer are left.
SELECT id FROM leads WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT 1 OFFSET $3::int8 - 1
