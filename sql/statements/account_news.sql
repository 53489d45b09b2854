-- What the leads of an account are to be told.
SELECT version, told_version, deleting, profile FROM accounts WHERE workspace_id = $1 AND id = $2
