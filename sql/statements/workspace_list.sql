-- All tenants, by name.
SELECT id, name, country, active_model, created_at FROM workspaces ORDER BY name
