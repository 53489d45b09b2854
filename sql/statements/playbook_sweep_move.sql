UPDATE playbook_sweeps SET after = $3 WHERE workspace_id = $1 AND playbook_id = $2
