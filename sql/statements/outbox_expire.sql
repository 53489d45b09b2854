-- A step of the retention in one workspace: at most $3 rows that were told before the row with id $2 could have been made.
DELETE FROM outbox o
WHERE o.workspace_id = $1 AND o.id IN (
    SELECT q.id FROM outbox q WHERE q.workspace_id = $1 AND q.id < $2 AND q.fanned_at IS NOT NULL ORDER BY q.id LIMIT $3)
