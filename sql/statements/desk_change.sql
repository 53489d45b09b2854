-- The document written anew, if it is still the one that was read.
UPDATE desks SET document = $2, updated_at = $3, revision = revision + 1 WHERE workspace_id = $1 AND ($4::bigint IS NULL OR revision = $4)
