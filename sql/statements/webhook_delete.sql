-- Gone for everybody; its deliveries go step by step, and then the row.
UPDATE webhooks SET state = 'deleted', secrets = '[]', settings = '{}', updated_at = $4, lease_owner = NULL, lease_until = NULL, work_at = NULL
WHERE workspace_id = $1 AND id = $2 AND ($3::int8 IS NULL OR revision = $3) AND state <> 'deleted'
