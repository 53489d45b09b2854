-- The models that leads are scored by, in order of their versions.
SELECT version, line, state FROM models WHERE workspace_id = $1 AND state IN ('active', 'shadow') ORDER BY version
