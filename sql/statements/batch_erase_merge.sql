DELETE FROM merges WHERE workspace_id = $1::uuid AND (member = ANY ($2::uuid[]) OR lead_id = ANY ($2::uuid[]))
