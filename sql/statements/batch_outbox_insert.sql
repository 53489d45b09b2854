INSERT INTO outbox (workspace_id, id, lead_id, topic, payload, created_at)
SELECT $1::uuid, u.id, u.lead_id, u.topic, u.payload, $6::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::json[]) AS u (id, lead_id, topic, payload)
