-- Leads of a range that a model beside the workspace's own has not scored yet, or not as they are now, or whose moves are to be told and were not; or all ($6).
-- Each lead's score is looked up (OFFSET 0 keeps it so): joined, the scores of the whole base would be read for each range.
SELECT l.id
FROM leads l
LEFT JOIN models m ON m.workspace_id = $1 AND m.version = $4
LEFT JOIN LATERAL (
    SELECT x.lead_version, x.told FROM lead_scores x
    WHERE x.workspace_id = $1 AND x.lead_id = l.id AND x.model_version = $4 OFFSET 0) s ON true
WHERE l.workspace_id = $1 AND l.merged_into IS NULL AND l.id > $2 AND l.id <= $3
  AND (s.lead_version IS NULL OR s.lead_version <> l.version OR (m.state = 'active' AND NOT s.told) OR $6::bool)
ORDER BY l.id LIMIT $5
