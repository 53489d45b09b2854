-- A tenant's journeys, and how many leads are on them, have done them, and left them.
SELECT j.id, j.name, j.description, j.state, j.settings, j.reentry_after, j.enrol_existing, j.revision, j.created_by, j.created_at, j.updated_at,
    (SELECT count(*) FROM journey_runs r WHERE r.workspace_id = $1 AND r.journey_id = j.id AND r.state = 'active'),
    (SELECT count(*) FROM journey_runs r WHERE r.workspace_id = $1 AND r.journey_id = j.id AND r.state = 'done'),
    (SELECT count(*) FROM journey_runs r WHERE r.workspace_id = $1 AND r.journey_id = j.id AND r.state = 'exited')
FROM journeys j WHERE j.workspace_id = $1 AND ($2::uuid IS NULL OR j.id = $2::uuid)
ORDER BY j.name, j.id
