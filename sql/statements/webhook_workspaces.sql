-- Tenants with endpoints, from an id on, for the retention.
SELECT w.id FROM workspaces w
WHERE w.id > $1 AND EXISTS (SELECT FROM outbox o WHERE o.workspace_id = w.id) OR w.id > $1 AND EXISTS (SELECT FROM webhooks h WHERE h.workspace_id = w.id)
ORDER BY w.id LIMIT $2
