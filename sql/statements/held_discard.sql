-- Held transitions that nobody is to be told of.
DELETE FROM transitions WHERE workspace_id = $1 AND held AND id = ANY ($2::uuid[])
