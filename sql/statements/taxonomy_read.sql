-- One taxonomy, whole.
SELECT name, attribute, version, updated_at, entries FROM taxonomies WHERE workspace_id = $1 AND name = $2
