-- How many doors of a kind there are.
SELECT count(*) FROM doors WHERE workspace_id = $1 AND kind = $2
