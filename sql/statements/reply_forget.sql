-- A step of the retention in one workspace: at most $3 replies made before $2.
DELETE FROM kept_replies r
WHERE r.workspace_id = $1 AND r.key IN (
    SELECT q.key FROM kept_replies q WHERE q.workspace_id = $1 AND q.created_at < $2 ORDER BY q.created_at LIMIT $3)
