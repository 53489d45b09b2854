-- What became of attempts, as far as their instance still has the endpoint; under the lock of its row. Of the message that was sent: a server that lost its
-- last commits may have given its place to another.
UPDATE deliveries d
SET state = u.state, attempts = u.attempts, next_at = u.next_at, first_at = coalesce(d.first_at, u.at), last_at = u.at,
    last_status = u.status, last_error = u.error, latency_ms = u.latency, reply = u.reply
FROM unnest($2::uuid[], $3::int8[], $4::int8[], $5::text[], $6::int4[], $7::timestamptz[], $8::timestamptz[], $9::int4[], $10::text[],
            $11::int4[], $12::json[], $13::uuid[])
     AS u (webhook_id, generation, seq, state, attempts, next_at, at, status, error, latency, reply, outbox_id)
JOIN webhooks w ON w.workspace_id = $1 AND w.id = u.webhook_id AND w.generation = u.generation
WHERE d.workspace_id = $1 AND d.webhook_id = u.webhook_id AND d.seq = u.seq AND d.outbox_id = u.outbox_id AND d.state = 'pending'
