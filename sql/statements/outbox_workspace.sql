-- The next tenant, in the order of ids, with something that nobody was told yet.
SELECT workspace_id FROM outbox WHERE fanned_at IS NULL AND workspace_id > $1 ORDER BY workspace_id LIMIT 1
