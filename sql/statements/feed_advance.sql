-- Remembers the last position given out.
UPDATE feeds SET last_position = $2 WHERE workspace_id = $1
