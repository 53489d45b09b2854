-- Leads whose score has not changed for long after it was told.
DELETE FROM score_news n
WHERE n.workspace_id = $1 AND n.lead_id IN (
    SELECT q.lead_id FROM score_news q WHERE q.workspace_id = $1 AND q.payload IS NULL AND q.told_at < $2 ORDER BY q.told_at LIMIT $3)
    AND n.payload IS NULL
