-- A piece is done.
UPDATE job_chunks SET done_at = $5, changed = $6, transitions = $7, lease_until = NULL
WHERE workspace_id = $1 AND job_id = $2 AND ordinal = $3 AND generation = $4 AND done_at IS NULL
