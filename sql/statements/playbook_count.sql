SELECT count(*) FROM playbooks WHERE workspace_id = $1
