-- All columns: the profile or the tags changed too.
UPDATE leads l
SET version = u.version, updated_at = u.updated_at, updated_hour = u.updated_hour, score = u.score, fit = u.fit,
    engagement = u.engagement, tier = u.tier, grade = u.grade, stage = u.stage, as_of = u.as_of, last_event_at = u.last_event_at,
    next_change_at = u.next_change_at, model_version = u.model_version, handoff_id = u.handoff_id, handoff_state = u.handoff_state,
    state = u.state, score_offset = u.score_offset, owner = u.owner, email = u.email, phone = u.phone, name = u.name, tags = u.tags::text[], profile = u.profile, account_id = u.account_id,
    account_version = u.account_version, account_by = u.account_by, buying_role = u.buying_role
FROM unnest($2::uuid[], $3::int8[], $4::timestamptz[], $5::int4[], $6::int4[], $7::int4[], $8::int4[],
            $9::"char"[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::int8[],
            $16::uuid[], $17::text[], $18::bytea[], $19::int4[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::json[],
            $26::uuid[], $27::int8[], $28::text[], $29::text[])
     AS u (id, version, updated_at, updated_hour, score, fit, engagement, tier, grade, stage, as_of, last_event_at,
           next_change_at, model_version, handoff_id, handoff_state, state, score_offset, owner, email, phone, name, tags, profile,
           account_id, account_version, account_by, buying_role)
WHERE l.workspace_id = $1::uuid AND l.id = u.id
