-- What some leads are named by, or what has been merged into them.
SELECT l.root, i.kind, i.value
FROM (SELECT id AS root, id FROM leads WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[])
      UNION ALL
      SELECT merged_into, id FROM leads WHERE workspace_id = $1::uuid AND merged_into = ANY ($2::uuid[])) l
JOIN identities i ON i.workspace_id = $1::uuid AND i.lead_id = l.id
ORDER BY l.root, i.kind, i.value
