-- Follow-ups, what is due first first, after (due, id). Planned for its arguments each time, so that the index of the filter given is used.
SELECT f.id, f.lead_id, f.kind, f.playbook_id, f.state, f.owner, f.started_at, f.due_at, f.due_by, f.due_reason, f.last_done_at, f.last_outcome, f.done, f.ended_at,
    f.reason, f.version, p.name, p.settings ->> 'owner_role', p.settings -> 'actions', p.settings ->> 'offer', p.cadence,
    l.name, l.profile #>> '{company,name}', l.email, l.phone, l.tier, l.stage, l.score, NULL::json
FROM followups f
JOIN leads l ON l.workspace_id = $1 AND l.id = f.lead_id
LEFT JOIN playbooks p ON p.workspace_id = $1 AND p.id = f.playbook_id
WHERE f.workspace_id = $1 AND f.state = $2 AND ($3::text IS NULL OR f.owner = $3) AND ($4::uuid IS NULL OR f.playbook_id = $4) AND ($5::text IS NULL OR f.kind = $5)
    AND ($6::timestamptz IS NULL OR f.due_at < $6) AND (f.due_at, f.id) > ($7, $8)
ORDER BY f.due_at, f.id LIMIT $9
