-- Leads by where they came from: how many, how many were ever MQL or beyond, how many became customers. A name is the UTM source, or else the
-- name of the source, or else its channel.
SELECT coalesce(s.source -> 'utm' ->> 'source', s.source ->> 'utm_source', s.source ->> 'name', s.source ->> 'channel') AS name, count(*),
    count(*) FILTER (WHERE l.stage IN ('mql', 'sal', 'sql', 'opportunity', 'customer') OR q.lead_id IS NOT NULL),
    count(*) FILTER (WHERE l.stage = 'customer')
FROM leads l CROSS JOIN LATERAL (SELECT l.profile -> 'source' AS source) s LEFT JOIN (
    SELECT DISTINCT lead_id FROM transitions
    WHERE workspace_id = $1 AND kind = 'stage' AND to_value IN ('mql', 'sal', 'sql', 'opportunity', 'customer')) q ON q.lead_id = l.id
WHERE l.workspace_id = $1
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000
