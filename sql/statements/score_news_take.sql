-- Scores whose leads were not told of since $2.
UPDATE score_news n SET payload = NULL, told_at = $3
FROM (SELECT lead_id, lead_version, from_score, score, payload FROM score_news
      WHERE workspace_id = $1 AND payload IS NOT NULL AND (told_at IS NULL OR told_at <= $2)
      ORDER BY lead_id LIMIT $4 FOR UPDATE) t
WHERE n.workspace_id = $1 AND n.lead_id = t.lead_id
RETURNING t.lead_id, t.lead_version, t.from_score, t.score, t.payload
