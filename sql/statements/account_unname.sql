DELETE FROM account_keys WHERE workspace_id = $1 AND account_id = $2
