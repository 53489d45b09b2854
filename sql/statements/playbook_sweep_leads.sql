-- The next leads, and whether each meets the condition of the playbook or has a follow-up of it.
SELECT c.id,
    EXISTS (SELECT FROM segment_members m WHERE m.workspace_id = $1 AND m.lead_id = c.id AND m.segment_id = $2)
    OR EXISTS (SELECT FROM followups f WHERE f.workspace_id = $1 AND f.lead_id = c.id AND f.state = 'open' AND f.playbook_id = $2)
FROM (SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.id > $3 ORDER BY l.id LIMIT $4) c
ORDER BY c.id
