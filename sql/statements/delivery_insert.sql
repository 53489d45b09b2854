-- Under the locks of the endpoints' rows. One that follows another of its lead, here or in the queue, waits for it.
-- (Not EXISTS: of that the planner would make a table of all that waits, each time.)
INSERT INTO deliveries (workspace_id, webhook_id, seq, outbox_id, lead_id, type, state, next_at, created_at)
SELECT $1::uuid, u.webhook_id, u.seq, u.outbox_id, u.lead_id, u.type, 'pending',
    CASE WHEN NOT u.follows AND (
        SELECT 1 FROM deliveries d
        WHERE d.workspace_id = $1::uuid AND d.lead_id = u.lead_id AND d.webhook_id = u.webhook_id AND d.state = 'pending' LIMIT 1) IS NULL
    THEN $8::timestamptz END,
    $8::timestamptz
FROM unnest($2::uuid[], $3::int8[], $4::uuid[], $5::uuid[], $6::text[], $7::bool[]) AS u (webhook_id, seq, outbox_id, lead_id, type, follows)
