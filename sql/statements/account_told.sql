-- Every lead knows this version, or a later one.
UPDATE accounts SET told_version = greatest(told_version, $3), lease_until = NULL WHERE workspace_id = $1 AND id = $2
