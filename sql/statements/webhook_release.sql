-- Under the lock of its row, so that no delivery is made meanwhile. It is taken again when the next one is due.
UPDATE webhooks w
SET lease_owner = NULL, lease_until = NULL,
    work_at = (SELECT min(d.next_at) FROM deliveries d
               WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.state = 'pending' AND d.next_at IS NOT NULL)
WHERE w.workspace_id = $1 AND w.id = $2 AND w.lease_owner = $3 AND w.generation = $4
