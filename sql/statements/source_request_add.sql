-- A request that a source was sent, and what became of it.
INSERT INTO source_requests (workspace_id, source_id, id, received_at, expires_at, outcome, method, content_type, headers, query, body, deciphered, items, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
