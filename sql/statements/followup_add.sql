INSERT INTO followups (workspace_id, id, lead_id, kind, playbook_id, state, owner, started_at, due_at, due_by, due_reason)
SELECT $1::uuid, u.id, u.lead_id, u.kind, u.playbook_id, 'open', u.owner, u.started_at, u.due_at, u.due_by, u.due_reason
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[])
     AS u (id, lead_id, kind, playbook_id, owner, started_at, due_at, due_by, due_reason)
