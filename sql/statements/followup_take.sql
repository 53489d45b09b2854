DELETE FROM followup_marks WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) RETURNING lead_id, at, change
