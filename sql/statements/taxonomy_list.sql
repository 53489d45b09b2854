-- A workspace's taxonomies, by name, without their entries.
SELECT name, attribute, version, updated_at FROM taxonomies WHERE workspace_id = $1 ORDER BY name LIMIT 1000
