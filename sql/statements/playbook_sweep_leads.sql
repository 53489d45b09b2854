-- The next leads, and whether each meets the condition of the playbook or has a follow-up of it. (Not EXISTS: of that the planner would make a table of all members, each time.)
SELECT c.id,
    coalesce(
        (SELECT true FROM segment_members m WHERE m.workspace_id = $1 AND m.lead_id = c.id AND m.segment_id = $2 LIMIT 1),
        (SELECT true FROM followups f WHERE f.workspace_id = $1 AND f.lead_id = c.id AND f.state = 'open' AND f.playbook_id = $2 LIMIT 1), false)
FROM (SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.id > $3 ORDER BY l.id LIMIT $4) c
ORDER BY c.id
