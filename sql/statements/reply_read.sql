-- What the request with this key was answered.
SELECT request, status, etag, location, body FROM kept_replies WHERE workspace_id = $1 AND key = $2
