-- Requests to be replayed, in the order in which they came, whole.
SELECT id, received_at, expires_at, outcome, method, content_type, headers, query, body, deciphered, items, error, replays, replayed_at, octet_length(body)
FROM source_requests
WHERE workspace_id = $1 AND source_id = $2 AND id > $3 AND received_at >= $4 AND ($5::text IS NULL OR outcome = $5)
ORDER BY id LIMIT $6
