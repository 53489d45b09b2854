-- The leads that some are or have been merged into, held so that whoever looks at their follow-ups does so alone.
SELECT l.id, l.owner, l.stage
FROM leads l
WHERE l.workspace_id = $1 AND l.merged_into IS NULL
    AND l.id IN (SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = ANY ($2::uuid[]))
ORDER BY l.id
FOR NO KEY UPDATE OF l
