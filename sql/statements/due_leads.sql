-- The leads of a tenant that are due at $2, oldest first, after the place ($3, $4) that this sweep has reached.
SELECT id, next_change_at FROM leads
WHERE workspace_id = $1 AND next_change_at <= $2 AND (next_change_at, id) > ($3, $4)
ORDER BY next_change_at, id
LIMIT $5
