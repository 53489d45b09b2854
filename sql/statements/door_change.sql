-- A door written anew, if it is still the one that was read.
UPDATE doors SET token = $4, name = $5, settings = $6, updated_at = $7, disabled_at = $8, revision = revision + 1
WHERE workspace_id = $1 AND kind = $2 AND id = $3 AND revision = $9
