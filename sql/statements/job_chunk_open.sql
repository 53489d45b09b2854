-- Pieces of a running job that nobody has a lease on.
SELECT c.ordinal FROM job_chunks c
JOIN jobs j ON j.workspace_id = c.workspace_id AND j.id = c.job_id AND j.state = 'running'
WHERE c.workspace_id = $1 AND c.job_id = $2 AND c.done_at IS NULL AND (c.lease_until IS NULL OR c.lease_until < now())
ORDER BY c.ordinal LIMIT $3
