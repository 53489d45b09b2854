-- The leads of one range, both ends included.
SELECT id FROM leads WHERE workspace_id = $1::uuid AND id >= $2::uuid AND id <= $3::uuid ORDER BY id
