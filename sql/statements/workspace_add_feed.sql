-- The change feed of a new tenant, at its beginning.
INSERT INTO feeds (workspace_id, last_position) VALUES ($1, 0)
