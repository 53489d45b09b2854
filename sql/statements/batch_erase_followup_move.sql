DELETE FROM followup_moves WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
