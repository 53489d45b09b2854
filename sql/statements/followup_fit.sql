-- The playbook of each kind that leads fit first.
SELECT DISTINCT ON (m.lead_id, p.kind) m.lead_id, p.kind, p.id, p.cadence, p.first_after, p.on_change
FROM segment_members m
JOIN playbooks p ON p.workspace_id = $1 AND p.id = m.segment_id AND p.enabled
WHERE m.workspace_id = $1 AND m.lead_id = ANY ($2::uuid[])
ORDER BY m.lead_id, p.kind, p.priority, p.id
