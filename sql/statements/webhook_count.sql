SELECT count(*) FROM webhooks WHERE workspace_id = $1 AND state <> 'deleted'
