-- Leads by where they came from: how many, how many were ever MQL or beyond, how many became customers. A name is the UTM source, or else the
-- name of the source, or else its channel. Leads are counted by the text of their source first, so that few sources are taken apart.
SELECT coalesce(s.source -> 'utm' ->> 'source', s.source ->> 'utm_source', s.source ->> 'name', s.source ->> 'channel') AS name,
    sum(counted.leads)::bigint, sum(counted.mql)::bigint, sum(counted.won)::bigint
FROM (
    SELECT (l.profile -> 'source')::text AS source, count(*) AS leads,
        count(*) FILTER (WHERE l.stage IN ('mql', 'sal', 'sql', 'opportunity', 'customer') OR q.lead_id IS NOT NULL) AS mql,
        count(*) FILTER (WHERE l.stage = 'customer') AS won
    FROM leads l LEFT JOIN (
        SELECT DISTINCT coalesce(m.merged_into, t.lead_id) AS lead_id
        FROM transitions t LEFT JOIN leads m ON m.workspace_id = $1 AND m.id = t.lead_id AND m.merged_into IS NOT NULL
        WHERE t.workspace_id = $1 AND t.kind = 'stage' AND t.to_value IN ('mql', 'sal', 'sql', 'opportunity', 'customer')) q ON q.lead_id = l.id
    WHERE l.workspace_id = $1 AND l.merged_into IS NULL
    GROUP BY 1) counted CROSS JOIN LATERAL (SELECT counted.source::json AS source) s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000
