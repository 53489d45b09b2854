-- Ends a job that has not ended. Its runner notices when it next renews its lease.
UPDATE jobs SET state = 'cancelled', finished_at = $3, lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'running')
