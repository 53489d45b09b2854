-- A draft thrown away.
DELETE FROM models WHERE workspace_id = $1 AND version = $2 AND state = 'draft'
