-- Jobs, newest first, after an id, without their results.
SELECT id, kind, state, model_version, input, total, done, NULL::json, error, created_at, started_at, finished_at, generation
FROM jobs
WHERE workspace_id = $1 AND id < $3 AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR kind = $5)
ORDER BY id DESC LIMIT $2
