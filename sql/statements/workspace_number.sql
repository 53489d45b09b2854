-- Keeps the highest version given.
UPDATE workspaces SET last_model = $2 WHERE id = $1
