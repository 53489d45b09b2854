-- What some leads may have in common with others.
SELECT id, email, phone, name, profile #>> '{company,name}', profile #>> '{company,domain}'
FROM leads WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) AND merged_into IS NULL
