-- How many leads there are to be looked at.
SELECT count(*) FROM leads WHERE workspace_id = $1
