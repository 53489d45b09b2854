-- The endpoints that are to be told, locked: whoever makes deliveries for a tenant does so alone.
SELECT id, types, last_seq FROM webhooks WHERE workspace_id = $1 AND state = 'enabled' ORDER BY id FOR UPDATE
