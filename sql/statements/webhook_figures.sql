-- The lines of leads that wait at an endpoint (at most $3 are counted), and how long the first of them does.
SELECT count(*), min(created_at)
FROM (SELECT created_at FROM deliveries
      WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'pending' AND next_at IS NOT NULL LIMIT $3) d
