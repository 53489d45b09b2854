DELETE FROM playbooks WHERE workspace_id = $1 AND id = $2 AND ($3::bigint IS NULL OR revision = $3::bigint) RETURNING id
