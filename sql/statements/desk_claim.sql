-- Whose turn it is may be told by one instance at a time.
UPDATE desks SET lease_until = $3, generation = generation + 1
WHERE workspace_id = $1 AND (lease_until IS NULL OR lease_until <= $2)
RETURNING generation, turns
