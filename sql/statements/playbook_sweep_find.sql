-- Playbooks whose leads are to be looked at.
SELECT s.workspace_id, s.playbook_id
FROM workspaces w
CROSS JOIN LATERAL (SELECT p.workspace_id, p.playbook_id FROM playbook_sweeps p WHERE p.workspace_id = w.id ORDER BY p.playbook_id LIMIT 1) s
LIMIT $1
