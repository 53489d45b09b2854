-- The end of a job by its runner. What others have noted in its result meanwhile stays.
UPDATE jobs
SET state = $4, done = $5, total = $6, error = $8, finished_at = $9, lease_until = NULL,
    result = CASE WHEN result IS NULL THEN $7::json ELSE (COALESCE($7::jsonb, '{}') || result::jsonb)::json END
WHERE workspace_id = $1 AND id = $2 AND generation = $3 AND state = 'running'
