-- The segments that a lead is in, by name; of one that has been merged, those of the lead it was merged into.
SELECT s.id, s.name, m.since
FROM segment_members m
JOIN segments s ON s.workspace_id = $1 AND s.id = m.segment_id
WHERE m.workspace_id = $1 AND m.lead_id = (SELECT coalesce(l.merged_into, l.id) FROM leads l WHERE l.workspace_id = $1 AND l.id = $2)
ORDER BY s.name, s.id
