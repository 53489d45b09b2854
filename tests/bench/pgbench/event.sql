-- The same work as POST /v1/events for one event of a known lead, as one transaction: find the lead by its e-mail's identity, lock
-- it with its state, store the event unless it is there, write the lead's score and state (the same bytes, so that the lead stays whole for the
-- next contestant). Scoring itself costs pgbench nothing.
\set lead @DISTRIBUTION@
\set event random(1, 9223372036854775807)
BEGIN;
SELECT lead_id FROM identities
 WHERE workspace_id = '@WORKSPACE@'
   AND key = substr(encode(sha256('\x0500000000000000'::bytea || 'email'::bytea || '\x1900000000000000'::bytea
                                  || ('lead' || lpad(:lead::text, 7, '0') || '@bench.example')::bytea), 'hex'), 1, 32)::uuid \gset
SELECT id, version, as_of, model_version, profile, state, tier, stage, handoff_id, handoff_state FROM leads
 WHERE workspace_id = '@WORKSPACE@' AND id = :lead_id::uuid FOR UPDATE;
INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, event_id, properties)
VALUES ('@WORKSPACE@', :lead_id::uuid, md5(:event::text)::uuid, now(), now(), 'email_click', 'b' || :event::text,
        '{"email_id":"spring-2026","link":"/products/orders"}') ON CONFLICT DO NOTHING;
UPDATE leads SET version = version + 1, updated_at = now(), updated_hour = extract(epoch FROM now())::int / 3600, score = (score + 1) % 100,
       engagement = (engagement + 1) % 100, as_of = now(), last_event_at = now(), next_change_at = now() + interval '1 day',
       state = state
 WHERE workspace_id = '@WORKSPACE@' AND id = :lead_id::uuid;
COMMIT;
