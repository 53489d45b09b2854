INSERT INTO transitions (workspace_id, id, lead_id, lead_version, ordinal, kind, from_value, to_value, cause, event_key, event_id, reason,
                         at, score, fit, engagement, model_version, line, held, created_at)
SELECT $1::uuid, u.id, u.lead_id, u.lead_version, u.ordinal, u.kind, u.from_value, u.to_value, u.cause, u.event_key, u.event_id, u.reason,
       u.at, u.score, u.fit, u.engagement, u.model_version, u.line, u.held, $20::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::int8[], $5::int4[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[],
            $12::text[], $13::timestamptz[], $14::int4[], $15::int4[], $16::int4[], $17::int8[], $18::text[], $19::bool[])
     AS u (id, lead_id, lead_version, ordinal, kind, from_value, to_value, cause, event_key, event_id, reason, at, score, fit,
           engagement, model_version, line, held)
