INSERT INTO merges (workspace_id, id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state)
SELECT $1::uuid, u.id, u.lead_id, u.member, u.at, u.cause, u.author, u.reason, u.handoff_id, u.handoff_state
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[])
     AS u (id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state)
