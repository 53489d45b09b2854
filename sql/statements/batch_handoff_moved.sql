-- The record of these moves, behind them: each has the version that it led to.
INSERT INTO handoff_moves (workspace_id, handoff_id, version, at, move, from_state, to_state, author, assignee, rule, reason, note)
SELECT $1::uuid, h.id, h.version, $10::timestamptz, u.move, u.was, h.state, u.author, u.assignee, u.rule, u.reason, u.note
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[])
    AS u (id, move, was, author, assignee, rule, reason, note)
JOIN handoffs h ON h.workspace_id = $1::uuid AND h.id = u.id
