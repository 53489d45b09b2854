-- At most 15,001 ids: whether they are few enough to be sorted. Leads of an owner.
SELECT id FROM leads WHERE workspace_id = $1 AND owner = $2 LIMIT 15001
