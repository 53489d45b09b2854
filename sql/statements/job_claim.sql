-- Takes a job that waits, or whose runner has let its lease run out. The server's clock, since instances may differ about the time.
UPDATE jobs
SET state = 'running', started_at = COALESCE(started_at, $3::timestamptz), generation = generation + 1,
    lease_until = now() + $4::int8 * interval '1 millisecond'
WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until < now())
RETURNING id, kind, state, model_version, input, total, done, result, error, created_at, started_at, finished_at, generation
