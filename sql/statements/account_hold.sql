-- One account, held for a change.
SELECT version, profile FROM accounts WHERE workspace_id = $1 AND id = $2 AND NOT deleting FOR NO KEY UPDATE
