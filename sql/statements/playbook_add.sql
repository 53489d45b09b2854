INSERT INTO playbooks (workspace_id, id, kind, name, description, priority, enabled, settings, condition, cadence, first_after, on_change, since, created_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
