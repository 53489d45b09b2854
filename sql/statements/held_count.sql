-- How many transitions of a version are held.
SELECT count(*) FROM transitions WHERE workspace_id = $1 AND held AND model_version = $2
