-- Held transitions of a version after an id.
SELECT id, lead_id FROM transitions WHERE workspace_id = $1 AND held AND model_version = $2 AND id > $3 ORDER BY id LIMIT $4
