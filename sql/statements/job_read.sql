-- One job.
SELECT id, kind, state, model_version, input, total, done, result, error, created_at, started_at, finished_at, generation
FROM jobs WHERE workspace_id = $1 AND id = $2
