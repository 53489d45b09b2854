-- What became of a request this time.
UPDATE source_requests SET outcome = $4, items = $5, error = $6, replays = replays + 1, replayed_at = $7
WHERE workspace_id = $1 AND source_id = $2 AND id = $3
