-- At most 15,001 ids: whether they are few enough to be sorted. Leads changed since an instant ($2, and its hour).
SELECT id FROM leads WHERE workspace_id = $1 AND updated_hour >= $3 AND updated_at >= $2 LIMIT 15001
