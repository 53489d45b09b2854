SELECT kind, url, secrets, settings, revision, last_seq FROM webhooks
WHERE workspace_id = $1 AND id = $2 AND lease_owner = $3 AND generation = $4 AND state = 'enabled'
