-- A step of removing a source: at most $3 of its requests.
DELETE FROM source_requests r
WHERE r.workspace_id = $1 AND r.source_id = $2 AND r.id IN (
    SELECT q.id FROM source_requests q WHERE q.workspace_id = $1 AND q.source_id = $2 ORDER BY q.id LIMIT $3)
