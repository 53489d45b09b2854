DELETE FROM leads WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[])
