-- Whoever works on a piece is still there. No row: another has taken it, or its job has ended.
UPDATE job_chunks c SET lease_until = now() + $5::int8 * interval '1 millisecond'
WHERE c.workspace_id = $1 AND c.job_id = $2 AND c.ordinal = $3 AND c.generation = $4 AND c.done_at IS NULL
  AND EXISTS (SELECT FROM jobs j WHERE j.workspace_id = c.workspace_id AND j.id = c.job_id AND j.state = 'running')
