-- A row that is told to one endpoint alone.
INSERT INTO outbox (workspace_id, id, lead_id, topic, payload, created_at, fanned_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
