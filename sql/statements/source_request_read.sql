-- One request, whole.
SELECT id, received_at, expires_at, outcome, method, content_type, headers, query, body, deciphered, items, error, replays, replayed_at, octet_length(body)
FROM source_requests
WHERE workspace_id = $1 AND source_id = $2 AND id = $3
