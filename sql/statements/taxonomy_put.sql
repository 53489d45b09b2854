-- A taxonomy made, or written anew.
INSERT INTO taxonomies (workspace_id, name, attribute, entries, version, updated_at) VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (workspace_id, name) DO UPDATE
SET attribute = excluded.attribute, entries = excluded.entries, version = taxonomies.version + 1, updated_at = excluded.updated_at
RETURNING version
