-- What some leads are named by, each for itself, in the same order wherever it is stored.
SELECT lead_id, kind, value FROM identities WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) ORDER BY lead_id, kind, value
