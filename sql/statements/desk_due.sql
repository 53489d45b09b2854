-- The handoffs of a tenant about which something is to be done, the longest overdue first; with what the rules see of their leads.
SELECT h.id, h.lead_id, h.transition_id, h.state, h.stage, h.version, h.created_at, h.updated_at, h.context, h.assignee, h.rule, h.assigned_at, h.accepted_at,
    h.responded_at, h.ended_at, h.acceptance_ms, h.response_ms, h.outcome, h.reason, h.note, h.clock, h.warn_at, h.due_at, h.warned_at, h.breached_at,
    h.reassigned, h.escalated_at, h.desk_at,
    l.profile, l.tags, l.tier::text, l.grade, l.stage, l.score, l.fit, l.engagement, l.owner, a.owner
FROM handoffs h
JOIN leads l ON l.workspace_id = $1 AND l.id = h.lead_id
LEFT JOIN accounts a ON a.workspace_id = $1 AND a.id = l.account_id
WHERE h.workspace_id = $1 AND h.desk_at <= $2
ORDER BY h.desk_at, h.id
LIMIT $3
