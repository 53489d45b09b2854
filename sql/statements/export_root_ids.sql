-- The same as export_leads, the ids alone.
SELECT id FROM leads WHERE workspace_id = $1::uuid AND id > $2::uuid AND merged_into IS NULL ORDER BY id LIMIT $3::bigint
