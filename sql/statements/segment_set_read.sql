-- What leads are looked at with under a revision.
SELECT document FROM segment_sets WHERE workspace_id = $1 AND revision = $2
