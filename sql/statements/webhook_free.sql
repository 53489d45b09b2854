-- Endpoints of all tenants with something to do that nobody does. The server's clock decides about leases, since instances may differ about the time.
SELECT workspace_id, id FROM webhooks
WHERE state = 'enabled' AND work_at IS NOT NULL AND work_at <= $1 AND (lease_until IS NULL OR lease_until < now())
ORDER BY work_at LIMIT $2
