SELECT id, state = 'deleted' FROM webhooks WHERE workspace_id = $1 ORDER BY id
