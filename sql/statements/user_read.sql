-- One sales person.
SELECT id, revision, document, created_at, updated_at FROM users WHERE workspace_id = $1 AND id = $2
