INSERT INTO followup_moves (workspace_id, id, followup_id, lead_id, type, at, playbook_id, due_at, reason, outcome, note, author)
SELECT $1::uuid, u.id, u.followup_id, u.lead_id, u.type, u.at, u.playbook_id, u.due_at, u.reason, u.outcome, u.note, u.author
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::uuid[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[])
     AS u (id, followup_id, lead_id, type, at, playbook_id, due_at, reason, outcome, note, author)
