-- Leads in order of their ids, after a place.
SELECT id FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND id > $2 ORDER BY id LIMIT $3
