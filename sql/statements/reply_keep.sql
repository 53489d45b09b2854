-- The reply of the request that has taken the key in this transaction.
UPDATE kept_replies SET status = $3, etag = $4, location = $5, body = $6 WHERE workspace_id = $1 AND key = $2
