-- Lists that no batch can be at work with any more.
DELETE FROM segment_sets WHERE workspace_id = $1 AND revision < $2 AND created_at < $3
