-- Handoffs, newest first, after an id. Planned for its arguments each time, so that the index of the filter given is used.
SELECT h.id, h.lead_id, h.transition_id, h.state, h.stage, h.version, h.created_at, h.updated_at, h.context, h.assignee, h.rule, h.assigned_at, h.accepted_at,
    h.responded_at, h.ended_at, h.acceptance_ms, h.response_ms, h.outcome, h.reason, h.note, h.clock, h.warn_at, h.due_at, h.warned_at, h.breached_at,
    h.reassigned, h.escalated_at, h.desk_at,
    u.name, u.email
FROM handoffs h LEFT JOIN users u ON u.workspace_id = h.workspace_id AND u.id = h.assignee
WHERE h.workspace_id = $1 AND h.id < $3 AND ($4::text IS NULL OR h.state = $4) AND ($5::uuid IS NULL OR h.lead_id = ANY (ARRAY(
        SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $5
        UNION ALL
        SELECT m.id FROM leads n JOIN leads m ON m.workspace_id = $1 AND m.merged_into = coalesce(n.merged_into, n.id)
        WHERE n.workspace_id = $1 AND n.id = $5)))
    AND ($6::uuid IS NULL OR h.assignee = $6)
    AND ($7::timestamptz IS NULL OR (h.clock IS NOT NULL AND h.due_at <= $7 AND h.state IN ('pending', 'assigned', 'accepted')))
ORDER BY h.id DESC LIMIT $2
