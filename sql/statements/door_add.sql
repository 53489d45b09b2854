-- A new door.
INSERT INTO doors (workspace_id, id, kind, token, name, settings, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
