-- The endpoints that are to be told, locked: whoever makes deliveries for a tenant does so alone. For one that the service gave up, not a person, it waits.
SELECT id, types, last_seq FROM webhooks
WHERE workspace_id = $1 AND (state = 'enabled' OR state = 'disabled' AND disabled_reason <> 'person')
ORDER BY id FOR UPDATE
