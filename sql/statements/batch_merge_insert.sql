INSERT INTO merges (workspace_id, id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state)
SELECT $1::uuid, u.id, u.lead_id, u.member, $10::timestamptz, u.cause, u.author, u.reason, u.handoff_id, u.handoff_state
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[])
     AS u (id, lead_id, member, cause, author, reason, handoff_id, handoff_state)
