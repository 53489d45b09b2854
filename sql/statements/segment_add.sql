INSERT INTO segments (workspace_id, id, name, description, template, condition, announce, since, job_id, created_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
