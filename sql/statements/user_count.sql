-- How many there are.
SELECT count(*) FROM users WHERE workspace_id = $1
