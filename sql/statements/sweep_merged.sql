-- The merged leads that a range has to do with: members within it, and the members of leads within it.
SELECT merged_into, id FROM leads
WHERE workspace_id = $1::uuid AND merged_into IS NOT NULL
    AND ((merged_into >= $2::uuid AND merged_into <= $3::uuid) OR (id >= $2::uuid AND id <= $3::uuid))
ORDER BY merged_into, id
