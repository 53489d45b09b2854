-- The last position given out, and whether there are transitions without one.
SELECT last_position, EXISTS (SELECT 1 FROM transitions t WHERE t.workspace_id = $1 AND t.position IS NULL AND NOT t.held)
FROM feeds WHERE workspace_id = $1
