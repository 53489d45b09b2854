-- The same, the ids alone.
SELECT id FROM leads WHERE workspace_id = $1::uuid AND id > $2::uuid ORDER BY id LIMIT $3::bigint
