-- A new key; only its hash.
INSERT INTO api_keys (workspace_id, id, hash, role, label, hint, origins, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
