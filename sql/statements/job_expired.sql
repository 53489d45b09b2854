-- Jobs of all tenants that ended before $1, some of them.
SELECT workspace_id, id FROM jobs
WHERE state NOT IN ('waiting', 'running') AND finished_at < $1 LIMIT $2
