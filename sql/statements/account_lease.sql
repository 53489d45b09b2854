UPDATE accounts SET lease_until = $3 WHERE workspace_id = $1 AND id = $2
