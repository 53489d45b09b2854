-- The leads that have been merged into some that are locked: what is merged into a lead changes under its lock only.
SELECT merged_into, id FROM leads WHERE workspace_id = $1::uuid AND merged_into = ANY ($2::uuid[]) ORDER BY merged_into, id
