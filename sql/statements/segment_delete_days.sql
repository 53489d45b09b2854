DELETE FROM segment_days WHERE workspace_id = $1 AND segment_id = $2
