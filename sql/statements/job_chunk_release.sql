-- Gives a piece back, unfinished.
UPDATE job_chunks SET lease_until = NULL
WHERE workspace_id = $1 AND job_id = $2 AND ordinal = $3 AND generation = $4 AND done_at IS NULL
