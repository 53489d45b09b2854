-- Takes a key for a request; no row when another has it. Waits for one that is just taking it.
INSERT INTO kept_replies (workspace_id, key, request, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
