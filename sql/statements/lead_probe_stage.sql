-- At most 15,001 ids: whether they are few enough to be sorted. Leads in a stage that is not the first.
SELECT id FROM leads WHERE workspace_id = $1 AND stage = $2 AND stage <> 'lead' LIMIT 15001
