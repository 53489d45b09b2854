-- Handoffs as their moves leave them.
UPDATE handoffs h
SET state = u.state, version = h.version + 1, updated_at = $25::timestamptz, assignee = u.assignee, rule = u.rule, assigned_at = u.assigned_at,
    accepted_at = u.accepted_at, responded_at = u.responded_at, ended_at = u.ended_at, acceptance_ms = u.acceptance_ms, response_ms = u.response_ms,
    outcome = u.outcome, reason = u.reason, note = u.note, clock = u.clock, warn_at = u.warn_at, due_at = u.due_at, warned_at = u.warned_at,
    breached_at = u.breached_at, reassigned = u.reassigned, escalated_at = u.escalated_at, desk_at = u.desk_at
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::bigint[],
    $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[],
    $20::integer[], $21::timestamptz[], $22::timestamptz[], $23::text[], $24::bigint[])
    AS u (id, state, assignee, rule, assigned_at, accepted_at, responded_at, ended_at, acceptance_ms, response_ms, outcome, reason, note, clock, warn_at,
        due_at, warned_at, breached_at, reassigned, escalated_at, desk_at, was, version)
WHERE h.workspace_id = $1::uuid AND h.id = u.id AND h.state = u.was AND h.version >= u.version
