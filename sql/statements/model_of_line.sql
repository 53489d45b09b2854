-- The version by which a line scores leads.
SELECT version FROM models WHERE workspace_id = $1 AND line = $2 AND state = 'active'
