-- The owner is still there. What is not returned is not its own any more, or not to be told any more.
UPDATE webhooks w SET lease_until = now() + $4::int8 * interval '1 millisecond'
FROM (SELECT id FROM webhooks
      WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND lease_owner = $3 AND state = 'enabled' ORDER BY id FOR UPDATE) t
WHERE w.workspace_id = $1 AND w.id = t.id
RETURNING w.id, w.generation
