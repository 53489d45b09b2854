-- The sales people, oldest first (ids are in order of time).
SELECT id, revision, document, created_at, updated_at FROM users
WHERE workspace_id = $1 AND id > $2 AND ($3::text IS NULL OR role = $3) AND ($4::boolean IS NULL OR active = $4)
ORDER BY id LIMIT $5
