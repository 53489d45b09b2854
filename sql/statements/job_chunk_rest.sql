-- How many leads are after a place in the order of ids, up to $3.
SELECT count(*) FROM (SELECT id FROM leads WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS rest
