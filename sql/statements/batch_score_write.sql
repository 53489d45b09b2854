-- Scores of leads under models beside the primary one.
INSERT INTO lead_scores (workspace_id, lead_id, model_version, lead_version, applies, told, score, fit, engagement, tier, grade, stage,
                         as_of, next_change_at, state)
SELECT $1::uuid, u.lead_id, u.model_version, u.lead_version, u.applies, u.told, u.score, u.fit, u.engagement, u.tier, u.grade, u.stage,
       u.as_of, u.next_change_at, u.state
FROM unnest($2::uuid[], $3::int8[], $4::int8[], $5::bool[], $6::bool[], $7::int4[], $8::int4[], $9::int4[], $10::"char"[], $11::text[],
            $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bytea[])
     AS u (lead_id, model_version, lead_version, applies, told, score, fit, engagement, tier, grade, stage, as_of, next_change_at, state)
ON CONFLICT (workspace_id, lead_id, model_version) DO UPDATE
SET lead_version = EXCLUDED.lead_version, applies = EXCLUDED.applies, told = EXCLUDED.told, score = EXCLUDED.score, fit = EXCLUDED.fit,
    engagement = EXCLUDED.engagement, tier = EXCLUDED.tier, grade = EXCLUDED.grade, stage = EXCLUDED.stage, as_of = EXCLUDED.as_of,
    next_change_at = EXCLUDED.next_change_at, state = EXCLUDED.state
