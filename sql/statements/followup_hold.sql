-- The leads of some follow-ups, held while something is told of them.
SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.id = ANY ($2::uuid[]) ORDER BY l.id FOR NO KEY UPDATE OF l
