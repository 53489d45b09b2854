-- Leads of a range that are not scored under the workspace's own model yet, or whose state does not begin as one under its segments does ($7), or all ($6).
SELECT id FROM leads
WHERE workspace_id = $1 AND merged_into IS NULL AND id > $2 AND id <= $3
    AND (model_version <> $4 OR $6::bool OR substring(state FROM 1 FOR length($7::bytea)) <> $7::bytea)
ORDER BY id LIMIT $5
