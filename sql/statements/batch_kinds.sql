-- The kinds of identity by which some leads are named.
SELECT DISTINCT lead_id, kind FROM identities WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
