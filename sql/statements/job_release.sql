-- Gives a job back: whoever comes after the pause may take it.
UPDATE jobs SET lease_until = now() + $4::int8 * interval '1 millisecond'
WHERE workspace_id = $1 AND id = $2 AND generation = $3 AND state = 'running'
