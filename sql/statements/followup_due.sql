-- Follow-ups that are due at $1 and were not told yet.
SELECT d.workspace_id, d.id, d.lead_id
FROM workspaces w
CROSS JOIN LATERAL (
    SELECT f.workspace_id, f.id, f.lead_id FROM followups f
    WHERE f.workspace_id = w.id AND f.state = 'open' AND NOT f.told AND f.due_at <= $1
    ORDER BY f.due_at LIMIT $2) d
ORDER BY d.workspace_id
LIMIT $2
