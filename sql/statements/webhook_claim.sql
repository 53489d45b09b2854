UPDATE webhooks w
SET lease_owner = $3, lease_until = now() + $4::int8 * interval '1 millisecond', generation = w.generation + 1
FROM (SELECT id FROM webhooks
      WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND state = 'enabled' AND (lease_until IS NULL OR lease_until < now())
      ORDER BY id FOR UPDATE) t
WHERE w.workspace_id = $1 AND w.id = t.id
RETURNING w.id, w.generation, w.failures, w.failing_since
