-- Leads behind a cursor that know an older version of their account, or a version at all.
SELECT id FROM leads
WHERE workspace_id = $1 AND account_id = $2 AND id > $3 AND (account_version < $4 OR account_version IS NULL)
ORDER BY id LIMIT $5
