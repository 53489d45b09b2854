INSERT INTO journey_steps (workspace_id, journey_id, lead_id, run, step, template, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
