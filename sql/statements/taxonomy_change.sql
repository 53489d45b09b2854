-- A taxonomy written anew, if it is still the one that was read.
UPDATE taxonomies SET attribute = $3, entries = $4, version = version + 1, updated_at = $5
WHERE workspace_id = $1 AND name = $2 AND version = $6
RETURNING version
