INSERT INTO handoffs (workspace_id, id, lead_id, state, stage, version, transition_id, context, created_at, updated_at, desk_at)
SELECT $1::uuid, u.id, u.lead_id, 'pending', u.stage, 1, u.transition_id, u.context, $7::timestamptz, $7::timestamptz, $8::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::json[]) AS u (id, lead_id, stage, transition_id, context)
