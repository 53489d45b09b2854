INSERT INTO webhooks (workspace_id, id, kind, url, types, description, secrets, settings, state, revision, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'enabled', 1, $9, $9)
