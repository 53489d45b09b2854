-- The record of these moves, behind them: each has the version that it led to.
INSERT INTO handoff_moves (workspace_id, handoff_id, version, at, move, from_state, to_state, author, assignee, rule, reason, note, clock, due_at, worked_ms)
SELECT $1::uuid, h.id, h.version, u.at, u.move, u.was, h.state, u.author, u.assignee, u.rule, u.reason, u.note, u.clock, u.due_at, u.worked_ms
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::timestamptz[],
    $13::bigint[]) AS u (id, move, was, author, assignee, rule, reason, note, at, clock, due_at, worked_ms)
JOIN handoffs h ON h.workspace_id = $1::uuid AND h.id = u.id
