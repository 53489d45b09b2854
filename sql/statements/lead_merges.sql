-- The merges that made one lead what it is, newest first.
SELECT e.id, e.lead_id, e.member, e.at, e.cause, e.author, e.reason, e.handoff_id, e.handoff_state, e.undone_at
FROM leads n
JOIN leads m ON m.workspace_id = $1 AND m.merged_into = coalesce(n.merged_into, n.id)
JOIN merges e ON e.workspace_id = $1 AND e.member = m.id AND e.undone_at IS NULL
WHERE n.workspace_id = $1 AND n.id = $2
ORDER BY e.at DESC, e.id DESC
