-- From here on it is gone for everybody but its leads, which are told.
UPDATE accounts SET deleting = true, lease_until = $3::timestamptz WHERE workspace_id = $1 AND id = $2
