-- By what an account is found.
SELECT kind, value FROM account_keys WHERE workspace_id = $1 AND account_id = $2 ORDER BY kind, value
