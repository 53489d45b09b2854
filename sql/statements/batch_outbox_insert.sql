INSERT INTO outbox (workspace_id, id, lead_id, lead_version, ordinal, topic, payload, created_at)
SELECT $1::uuid, u.id, u.lead_id, u.lead_version, u.ordinal, u.topic, u.payload, $8::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::int8[], $5::int4[], $6::text[], $7::json[]) AS u (id, lead_id, lead_version, ordinal, topic, payload)
