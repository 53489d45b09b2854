-- What a source was sent, newest first, before an id, without the bodies.
SELECT id, received_at, expires_at, outcome, method, content_type, NULL::json, NULL::json, NULL::bytea, deciphered, NULL::json, error, replays, replayed_at,
    octet_length(body)
FROM source_requests
WHERE workspace_id = $1 AND source_id = $2 AND id < $4 AND ($5::text IS NULL OR outcome = $5)
ORDER BY id DESC LIMIT $3
