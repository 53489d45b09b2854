-- Leads of a range that are not scored under the workspace's own model yet, or all ($6).
SELECT id FROM leads
WHERE workspace_id = $1 AND merged_into IS NULL AND id > $2 AND id <= $3 AND (model_version <> $4 OR $6::bool)
ORDER BY id LIMIT $5
