-- What is new of endpoints that one instance has.
SELECT id, generation, last_seq, revision FROM webhooks
WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND lease_owner = $3 AND state = 'enabled'
