-- What names one lead, or what has been merged into it.
SELECT DISTINCT kind, value
FROM identities WHERE workspace_id = $1 AND lead_id = ANY (ARRAY(
    SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $2
    UNION ALL
    SELECT m.id FROM leads n JOIN leads m ON m.workspace_id = $1 AND m.merged_into = coalesce(n.merged_into, n.id)
    WHERE n.workspace_id = $1 AND n.id = $2))
ORDER BY kind, value
