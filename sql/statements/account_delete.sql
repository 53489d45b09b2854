DELETE FROM accounts WHERE workspace_id = $1 AND id = $2 AND deleting
