-- All follow-ups that a lead had, and those that have been merged into it; the newest first, after (start, id), each with its last 100 moves.
SELECT f.id, f.lead_id, f.kind, f.playbook_id, f.state, f.owner, f.started_at, f.due_at, f.due_by, f.due_reason, f.last_done_at, f.last_outcome, f.done, f.ended_at,
    f.reason, f.version, p.name, p.settings ->> 'owner_role', p.settings -> 'actions', p.settings ->> 'offer', p.cadence,
    l.name, l.profile #>> '{company,name}', l.email, l.phone, l.tier, l.stage, l.score,
    (SELECT json_agg(json_build_object('type', m.type, 'at', to_char(m.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'playbook_id', m.playbook_id,
                                       'due_at', to_char(m.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'reason', m.reason, 'outcome', m.outcome, 'note', m.note,
                                       'author', m.author) ORDER BY m.at, m.id)
     FROM (SELECT v.* FROM followup_moves v WHERE v.workspace_id = $1 AND v.followup_id = f.id ORDER BY v.at DESC, v.id DESC LIMIT 100) m)
FROM followups f
JOIN leads l ON l.workspace_id = $1 AND l.id = f.lead_id
LEFT JOIN playbooks p ON p.workspace_id = $1 AND p.id = f.playbook_id
WHERE f.workspace_id = $1 AND (f.started_at, f.id) < ($3, $4) AND f.lead_id = ANY (ARRAY(
    SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $2
    UNION ALL
    SELECT m.id FROM leads n JOIN leads m ON m.workspace_id = $1 AND m.merged_into = coalesce(n.merged_into, n.id) WHERE n.workspace_id = $1 AND n.id = $2))
ORDER BY f.started_at DESC, f.id DESC LIMIT $5
