-- The turns as they are now, and the lease given back, if it is still ours.
UPDATE desks SET turns = $3, lease_until = NULL WHERE workspace_id = $1 AND generation = $2
