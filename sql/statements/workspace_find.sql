-- A tenant by its name, or by its id; a name never looks like an id.
SELECT id, name, country, active_model, created_at FROM workspaces WHERE name = $1 OR id = $2
