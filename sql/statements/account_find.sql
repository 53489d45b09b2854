-- The accounts that have these keys, held for a change.
SELECT k.key, a.id, a.version, a.profile
FROM account_keys k JOIN accounts a ON a.workspace_id = $1::uuid AND a.id = k.account_id
WHERE k.workspace_id = $1::uuid AND k.key = ANY ($2::uuid[])
ORDER BY a.id FOR NO KEY UPDATE OF a
