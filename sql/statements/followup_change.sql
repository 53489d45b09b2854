-- Follow-ups as a look at their leads leaves them. One whose time is another is told again when that comes.
UPDATE followups f
SET lead_id = u.lead_id, playbook_id = u.playbook_id, state = u.state, owner = u.owner, told = f.told AND f.due_at = u.due_at, due_at = u.due_at, due_by = u.due_by,
    due_reason = CASE WHEN f.due_at = u.due_at THEN f.due_reason ELSE u.due_reason END, ended_at = u.ended_at, reason = u.reason, version = f.version + 1
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::timestamptz[], $11::text[])
     AS u (id, lead_id, playbook_id, state, owner, due_at, due_by, due_reason, ended_at, reason)
WHERE f.workspace_id = $1::uuid AND f.id = u.id
