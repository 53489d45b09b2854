-- Events of which cleaning changed something: few, so that the others need not say that nothing was.
INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source,
                    email, phone, cleaned)
SELECT $1::uuid, u.lead_id, u.key, u.occurred_at, u.received_at, u.type, u.event_id, u.properties, u.patch, u.source,
       u.email, u.phone, u.cleaned
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::json[], $9::json[], $10::json[],
            $11::text[], $12::text[], $13::json[])
     AS u (lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source, email, phone, cleaned)
