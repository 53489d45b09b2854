-- A run that is due, held until COMMIT; no row: another has taken the step.
SELECT r.started_at, r.step, j.name, j.settings, j.revision, w.active_model, w.time_zone,
    EXISTS (SELECT FROM journey_runs o WHERE o.workspace_id = $1 AND o.journey_id = $2 AND o.lead_id = $5 AND o.lead_id <> $3 AND o.state = 'active')
FROM journey_runs r
JOIN journeys j ON j.workspace_id = $1 AND j.id = r.journey_id AND j.state = 'active'
JOIN workspaces w ON w.id = $1
WHERE r.workspace_id = $1 AND r.journey_id = $2 AND r.lead_id = $3 AND r.run = $4 AND r.state = 'active' AND r.next_at <= $6
FOR UPDATE OF r
