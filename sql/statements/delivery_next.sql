SELECT min(next_at) FROM deliveries
WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'pending' AND next_at IS NOT NULL AND next_at > $3
