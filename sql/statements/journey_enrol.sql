-- Takes starts that wait and makes runs of those that may: of a journey that is not paused, by a lead that was never on it, or is again allowed to. Done twice it
-- makes nothing twice: a start is taken once, and a run's number is one more than the last one's.
WITH taken AS (
    DELETE FROM journey_starts s USING (SELECT id FROM journey_starts WHERE workspace_id = $1 ORDER BY id LIMIT $2 FOR UPDATE) x
    WHERE s.workspace_id = $1 AND s.id = x.id
    RETURNING s.journey_id, s.lead_id, s.at
)
INSERT INTO journey_runs (workspace_id, journey_id, lead_id, run, state, started_at, step, next_at)
SELECT $1, t.journey_id, t.lead_id, coalesce(r.run, 0) + 1, 'active', t.at, j.first_step, t.at + j.first_after * interval '1 millisecond'
FROM (SELECT DISTINCT ON (journey_id, lead_id) journey_id, lead_id, at FROM taken ORDER BY journey_id, lead_id, at) t
JOIN journeys j ON j.workspace_id = $1 AND j.id = t.journey_id AND j.state = 'active'
JOIN leads l ON l.workspace_id = $1 AND l.id = t.lead_id
LEFT JOIN LATERAL (SELECT run, state, ended_at FROM journey_runs p WHERE p.workspace_id = $1 AND p.journey_id = t.journey_id AND p.lead_id = t.lead_id
                   ORDER BY run DESC LIMIT 1) r ON true
WHERE r.run IS NULL OR (r.state <> 'active' AND t.at >= r.ended_at + j.reentry_after * interval '1 millisecond')
ON CONFLICT (workspace_id, journey_id, lead_id, run) DO NOTHING
