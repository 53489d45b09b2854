SELECT seq, outbox_id, lead_id, type, state, attempts, next_at, created_at, first_at, last_at, last_status, last_error, latency_ms, reply
FROM deliveries WHERE workspace_id = $1 AND webhook_id = $2 AND seq = $3
