INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, grade, stage,
                   owner, email, phone, name, tags, as_of, last_event_at, next_change_at, model_version, handoff_id, handoff_state,
                   profile, state, score_offset, account_id, account_version, account_by, buying_role)
SELECT $1::uuid, u.id, u.version, u.created_at, u.updated_at, u.updated_hour, u.score, u.fit, u.engagement, u.tier, u.grade, u.stage,
       u.owner, u.email, u.phone, u.name, u.tags::text[], u.as_of, u.last_event_at, u.next_change_at, u.model_version, u.handoff_id,
       u.handoff_state, u.profile, u.state, u.score_offset, u.account_id,
       u.account_version, u.account_by, u.buying_role
FROM unnest($2::uuid[], $3::int8[], $4::timestamptz[], $5::timestamptz[], $6::int4[], $7::int4[], $8::int4[], $9::int4[],
            $10::"char"[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::int8[],
            $17::uuid[], $18::text[], $19::bytea[], $20::int4[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::json[],
            $27::uuid[], $28::int8[], $29::text[], $30::text[])
     AS u (id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, grade, stage, as_of, last_event_at,
           next_change_at, model_version, handoff_id, handoff_state, state, score_offset, owner, email, phone, name, tags, profile,
           account_id, account_version, account_by, buying_role)
