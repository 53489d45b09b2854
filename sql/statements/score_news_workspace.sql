-- The next tenant, in the order of ids, with a score that is to be told.
SELECT workspace_id FROM score_news WHERE payload IS NOT NULL AND workspace_id > $1 ORDER BY workspace_id LIMIT 1
