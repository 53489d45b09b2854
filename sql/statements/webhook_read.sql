SELECT id, kind, url, types, description, secrets, settings, state, disabled_reason, disabled_at, revision, created_at, updated_at, failures, failing_since
FROM webhooks WHERE workspace_id = $1 AND id = $2 AND state <> 'deleted'
