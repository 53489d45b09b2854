-- Leads of a range that a model beside the workspace's own has not scored yet, or not as they are now, or whose moves are to be told and were not; or all ($6).
SELECT l.id
FROM leads l
LEFT JOIN models m ON m.workspace_id = l.workspace_id AND m.version = $4
LEFT JOIN lead_scores s ON s.workspace_id = l.workspace_id AND s.lead_id = l.id AND s.model_version = $4
WHERE l.workspace_id = $1 AND l.merged_into IS NULL AND l.id > $2 AND l.id <= $3
  AND (s.lead_id IS NULL OR s.lead_version <> l.version OR (m.state = 'active' AND NOT s.told) OR $6::bool)
ORDER BY l.id LIMIT $5
