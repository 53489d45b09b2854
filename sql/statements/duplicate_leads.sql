-- The two leads of a pair.
SELECT lead_a, lead_b FROM duplicates WHERE workspace_id = $1::uuid AND id = $2::uuid
