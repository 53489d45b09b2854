-- A sales person written anew, if still the one that was read.
UPDATE users SET name = $3, email = $4, role = $5, active = $6, document = $7, updated_at = $8, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND revision = $9
