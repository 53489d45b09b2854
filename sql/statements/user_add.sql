-- A new sales person.
INSERT INTO users (workspace_id, id, revision, name, email, role, active, document, created_at, updated_at)
VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $8)
