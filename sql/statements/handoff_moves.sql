-- What became of one handoff, in order.
SELECT m.version, m.at, m.move, m.from_state, m.to_state, m.author, m.assignee, m.rule, m.reason, m.note, m.clock, m.due_at, m.worked_ms
FROM handoff_moves m WHERE m.workspace_id = $1 AND m.handoff_id = $2 ORDER BY m.version LIMIT 500
