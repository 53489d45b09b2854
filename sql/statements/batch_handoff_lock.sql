-- The handoffs that this batch moves; behind their leads' locks, in id order.
SELECT h.id, h.lead_id, h.transition_id, h.state, h.stage, h.version, h.created_at, h.updated_at, h.context, h.assignee, h.rule, h.assigned_at, h.accepted_at,
    h.responded_at, h.ended_at, h.acceptance_ms, h.response_ms, h.outcome, h.reason, h.note, h.clock, h.warn_at, h.due_at, h.warned_at, h.breached_at,
    h.reassigned, h.escalated_at, h.desk_at
FROM handoffs h WHERE h.workspace_id = $1::uuid AND h.id = ANY ($2::uuid[])
ORDER BY h.id
FOR UPDATE
