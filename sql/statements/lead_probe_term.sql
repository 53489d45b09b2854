-- At most 15,001 ids: whether they are few enough to be sorted. Leads found by the beginning of a word.
SELECT lead_id FROM lead_terms WHERE workspace_id = $1 AND term >= $2 AND term < $2 || U&'\+10FFFF' LIMIT 15001
