-- Runs whose next step is due at $1, of journeys that are not paused; by journey, so that each is compiled once.
SELECT d.workspace_id, d.journey_id, d.lead_id, d.run
FROM workspaces w
CROSS JOIN LATERAL (
    SELECT r.workspace_id, r.journey_id, r.lead_id, r.run, r.next_at
    FROM journey_runs r
    JOIN journeys j ON j.workspace_id = w.id AND j.id = r.journey_id AND j.state = 'active'
    WHERE r.workspace_id = w.id AND r.state = 'active' AND r.next_at <= $1
    ORDER BY r.next_at LIMIT $2) d
ORDER BY d.workspace_id, d.journey_id, d.next_at
LIMIT $2
