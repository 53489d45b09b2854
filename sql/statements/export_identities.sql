-- What some leads are named by, each lead's in the order in which they were learnt.
SELECT lead_id, kind, value FROM identities WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) ORDER BY lead_id, created_at, key
