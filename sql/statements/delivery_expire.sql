-- A step of the retention in one queue: at most $4 deliveries made before $3.
DELETE FROM deliveries d
WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.seq IN (
    SELECT q.seq FROM deliveries q WHERE q.workspace_id = $1 AND q.webhook_id = $2 ORDER BY q.seq LIMIT $4)
    AND d.created_at < $3
