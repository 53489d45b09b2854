DELETE FROM followup_marks WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
