-- The first model of a new tenant.
INSERT INTO models (workspace_id, version, name, state, document, created_at, activated_at) VALUES ($1, 1, $2, 'active', $3, $4, $4)
