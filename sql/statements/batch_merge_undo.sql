UPDATE merges SET undone_at = $3::timestamptz, undone_by = $4::text WHERE workspace_id = $1::uuid AND id = $2::uuid AND undone_at IS NULL
