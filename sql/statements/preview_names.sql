-- By what a person knows some leads.
SELECT id, name, email, profile #>> '{company,name}' FROM leads WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[])
