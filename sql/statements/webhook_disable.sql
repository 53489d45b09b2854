-- By its owner: it has not answered for too long, or said that it is gone.
UPDATE webhooks
SET state = 'disabled', disabled_reason = $4, disabled_at = $5, updated_at = $5, revision = revision + 1, lease_owner = NULL, lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND generation = $3 AND state = 'enabled'
RETURNING url, description
