-- What is told beside a write of a lead.
INSERT INTO outbox (workspace_id, id, lead_id, topic, payload, created_at) VALUES ($1, $2, $3, $4, $5, $6)
