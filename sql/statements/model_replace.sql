-- A draft written anew. It is locked by its workspace's row.
UPDATE models SET name = $3, document = $4, line = $5, based_on = $6, note = $7, revision = revision + 1
WHERE workspace_id = $1 AND version = $2 AND state = 'draft'
