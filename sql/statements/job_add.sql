-- A new job, which waits for a runner.
INSERT INTO jobs (workspace_id, id, kind, state, model_version, input, created_at) VALUES ($1, $2, $3, 'waiting', $4, $5, $6)
