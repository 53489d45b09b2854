-- Those of some transitions of a version that are held.
SELECT id, lead_id FROM transitions WHERE workspace_id = $1 AND held AND model_version = $2 AND id = ANY ($3::uuid[]) ORDER BY id
