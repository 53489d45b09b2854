-- A new tenant, version 1 of its model active.
INSERT INTO workspaces (id, name, country, active_model, last_model, created_at, time_zone) VALUES ($1, $2, $3, 1, 1, $4, $5)
