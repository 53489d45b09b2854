SELECT id, lead_id FROM followup_marks WHERE workspace_id = $1 ORDER BY id LIMIT $2
