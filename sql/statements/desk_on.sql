-- From now on the service gives this tenant's handoffs out.
UPDATE workspaces SET desk = true WHERE id = $1 AND NOT desk
