-- A key is free again when what it was answered with is older than $3.
DELETE FROM kept_replies WHERE workspace_id = $1 AND key = $2 AND created_at < $3
