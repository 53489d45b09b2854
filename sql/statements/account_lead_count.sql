SELECT count(*) FROM (SELECT 1 FROM leads WHERE workspace_id = $1 AND account_id = $2 LIMIT $3) l
