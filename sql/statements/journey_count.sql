SELECT count(*) FROM journeys WHERE workspace_id = $1
