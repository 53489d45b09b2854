-- A deleted endpoint of which nothing is left.
DELETE FROM webhooks w
WHERE w.workspace_id = $1 AND w.id = $2 AND w.state = 'deleted'
    AND NOT EXISTS (SELECT FROM deliveries d WHERE d.workspace_id = $1 AND d.webhook_id = $2)
