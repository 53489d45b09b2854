-- At most 15,001 ids: whether they are few enough to be sorted. Leads that hold a tag.
SELECT lead_id FROM lead_tags WHERE workspace_id = $1 AND tag = $2 LIMIT 15001
