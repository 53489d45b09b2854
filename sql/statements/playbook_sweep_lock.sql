SELECT after FROM playbook_sweeps WHERE workspace_id = $1 AND playbook_id = $2 FOR UPDATE
