-- The end of a job by its runner.
UPDATE jobs SET state = $4, done = $5, total = $6, result = $7, error = $8, finished_at = $9, lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND generation = $3 AND state = 'running'
