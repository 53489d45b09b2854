-- What an endpoint is to get by now, without those that its owner has in hand.
SELECT d.seq, d.outbox_id, d.lead_id, d.type, d.attempts, d.next_at, o.payload, o.created_at
FROM deliveries d
LEFT JOIN outbox o ON o.workspace_id = $1 AND o.id = d.outbox_id
WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.state = 'pending' AND d.next_at IS NOT NULL AND d.next_at <= $3
    AND d.seq <> ALL ($4::int8[])
ORDER BY d.next_at, d.seq LIMIT $5
