-- How a tenant hands over.
SELECT w.time_zone, d.revision, d.document, d.updated_at, d.turns FROM workspaces w LEFT JOIN desks d ON d.workspace_id = w.id WHERE w.id = $1
