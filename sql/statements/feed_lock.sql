-- The right to give out positions, until COMMIT.
SELECT last_position FROM feeds WHERE workspace_id = $1 FOR UPDATE
