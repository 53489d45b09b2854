-- What an endpoint was sent and is to be sent, newest first, before a place.
SELECT seq, outbox_id, lead_id, type, state, attempts, next_at, created_at, first_at, last_at, last_status, last_error, latency_ms, NULL::json
FROM deliveries
WHERE workspace_id = $1 AND webhook_id = $2 AND seq < $3 AND ($5::text IS NULL OR state = $5) AND ($6::text IS NULL OR type = $6)
    AND ($7::uuid IS NULL OR lead_id = $7)
ORDER BY seq DESC LIMIT $4
