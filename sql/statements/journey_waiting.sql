-- Tenants with leads that are to start a journey.
SELECT w.id FROM workspaces w WHERE EXISTS (SELECT FROM journey_starts s WHERE s.workspace_id = w.id) LIMIT $1
