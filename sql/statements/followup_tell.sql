UPDATE followups SET told = true WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND state = 'open' AND NOT told AND due_at <= $3 RETURNING id
