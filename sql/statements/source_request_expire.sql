-- A step of the retention in one workspace: at most $3 requests whose time is over.
DELETE FROM source_requests r
WHERE r.workspace_id = $1 AND (r.source_id, r.id) IN (
    SELECT q.source_id, q.id FROM source_requests q
    WHERE q.workspace_id = $1 AND q.expires_at <= $2 ORDER BY q.expires_at LIMIT $3)
