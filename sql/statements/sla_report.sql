-- What the clocks of the handoffs made within a time came to: in all (0), by the rule that first gave each out (1), by person (2). Of each measure how often; of those that
-- last, median and 90th percentile in time that passed and in working time; of clocks, how many were kept and how many ran out. What a clock took from somebody is told of
-- whoever had it. Planned for its arguments each time: a time may hold few of a tenant's handoffs, or all.
WITH made AS (
    SELECT h.id, h.state, h.outcome, h.assignee, h.created_at, h.assigned_at, h.accepted_at, h.acceptance_ms, h.response_ms
    FROM handoffs h WHERE h.workspace_id = $1 AND h.created_at >= $2 AND h.created_at < $3
), moves AS (
    SELECT h.id, m.version, m.at, m.move, m.from_state, m.to_state, m.assignee, m.rule, m.clock, m.due_at, m.worked_ms,
        lag(m.assignee) OVER own AS holder,
        bool_or(m.clock = 'first_response' AND m.move <> 'breached' AND m.at <= m.due_at) OVER (PARTITION BY h.id) AS answered
    FROM made h JOIN handoff_moves m ON m.workspace_id = $1 AND m.handoff_id = h.id
    WINDOW own AS (PARTITION BY h.id ORDER BY m.version)
), given AS (
    SELECT DISTINCT ON (m.id) m.id, m.at, m.assignee, m.rule, m.worked_ms
    FROM moves m WHERE m.from_state = 'pending' AND m.to_state IN ('assigned', 'accepted') ORDER BY m.id, m.version
), answers AS (
    SELECT DISTINCT ON (m.id) m.id, m.at, m.assignee
    FROM moves m WHERE m.from_state = 'accepted' AND m.move IN ('responded', 'converted', 'closed') ORDER BY m.id, m.version
), facts AS (
    SELECT h.id, 'handoffs' AS measure, h.assignee AS person, NULL::bigint AS wall_ms, NULL::bigint AS worked_ms, NULL::boolean AS kept FROM made h
    UNION ALL SELECT h.id, h.state, h.assignee, NULL, NULL, NULL FROM made h
    UNION ALL SELECT h.id, h.outcome, h.assignee, NULL, NULL, NULL FROM made h WHERE h.outcome IS NOT NULL
    UNION ALL SELECT g.id, 'pending_time', g.assignee, (extract(epoch FROM g.at - h.created_at) * 1000)::bigint, g.worked_ms, NULL FROM given g JOIN made h ON h.id = g.id
    UNION ALL SELECT m.id, 'acceptance_time', m.assignee, (extract(epoch FROM m.at - h.assigned_at) * 1000)::bigint, h.acceptance_ms, NULL
        FROM moves m JOIN made h ON h.id = m.id WHERE m.move = 'accepted' AND m.from_state = 'assigned'
    UNION ALL SELECT a.id, 'first_response_time', a.assignee, (extract(epoch FROM a.at - h.accepted_at) * 1000)::bigint, h.response_ms, NULL
        FROM answers a JOIN made h ON h.id = a.id
    UNION ALL SELECT m.id, m.clock || '_clock', coalesce(m.holder, m.assignee), NULL, NULL, m.move <> 'breached' AND m.at <= m.due_at
        FROM moves m
        WHERE (m.clock = 'pending' AND m.move IN ('breached', 'assigned', 'accepted', 'rejected')) OR (m.clock = 'acceptance' AND m.move IN ('breached', 'accepted', 'rejected'))
            OR (m.clock = 'first_response' AND (m.move IN ('responded', 'converted', 'closed') OR (m.move = 'breached' AND NOT m.answered)))
    UNION ALL SELECT m.id, m.clock || '_breach', m.holder, NULL, NULL, NULL FROM moves m WHERE m.move = 'breached' AND m.clock IS NOT NULL
    UNION ALL SELECT m.id, m.move, m.holder, NULL, NULL, NULL FROM moves m WHERE m.move IN ('reassigned', 'escalated')
), counted AS (
    SELECT CASE WHEN grouping(g.rule) = 0 THEN 1 WHEN grouping(f.person) = 0 THEN 2 ELSE 0 END AS scope, g.rule, f.person, f.measure, count(*) AS n,
        count(*) FILTER (WHERE f.kept) AS kept, count(*) FILTER (WHERE NOT f.kept) AS missed,
        percentile_disc('{0.5, 0.9}'::double precision[]) WITHIN GROUP (ORDER BY f.wall_ms) AS wall_ms,
        percentile_disc('{0.5, 0.9}'::double precision[]) WITHIN GROUP (ORDER BY f.worked_ms) AS worked_ms
    FROM facts f LEFT JOIN given g ON g.id = f.id
    WHERE ($4::uuid IS NULL OR f.person = $4) AND ($5::text IS NULL OR g.rule = $5)
    GROUP BY GROUPING SETS ((f.measure), (f.measure, g.rule), (f.measure, f.person))
)
SELECT c.scope, c.rule, c.person, u.name, u.email, c.measure, c.n, c.kept, c.missed, c.wall_ms[1], c.wall_ms[2], c.worked_ms[1], c.worked_ms[2]
FROM counted c LEFT JOIN users u ON u.workspace_id = $1 AND u.id = c.person
WHERE c.scope <> 2 OR c.person IS NOT NULL
ORDER BY c.scope, c.rule COLLATE "C" NULLS FIRST, c.person, c.measure
