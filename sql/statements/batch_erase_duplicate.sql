DELETE FROM duplicates WHERE workspace_id = $1::uuid AND (lead_a = ANY ($2::uuid[]) OR lead_b = ANY ($2::uuid[]))
