-- The runner is still there, and says how far it is. No row: another has taken the job, or it was cancelled.
UPDATE jobs SET lease_until = now() + $4::int8 * interval '1 millisecond', done = $5, total = $6
WHERE workspace_id = $1 AND id = $2 AND generation = $3 AND state = 'running'
