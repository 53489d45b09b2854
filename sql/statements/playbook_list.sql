-- A tenant's playbooks in the order in which they are asked, with how many follow-ups each has, and how many of them were due at $3.
SELECT p.id, p.kind, p.name, p.description, p.priority, p.enabled, p.settings, p.condition, p.cadence, p.first_after, p.on_change, p.revision, p.created_by, p.created_at,
    p.updated_at,
    (SELECT count(*) FROM followups f WHERE f.workspace_id = $1 AND f.playbook_id = p.id AND f.state = 'open'),
    (SELECT count(*) FROM followups f WHERE f.workspace_id = $1 AND f.playbook_id = p.id AND f.state = 'open' AND f.due_at < $3)
FROM playbooks p WHERE p.workspace_id = $1 AND ($2::uuid IS NULL OR p.id = $2::uuid)
ORDER BY p.kind, p.priority, p.id
