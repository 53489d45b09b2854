-- The same of what failed for good at an endpoint and was not sent to it again since.
SELECT d.outbox_id, d.lead_id, d.type FROM deliveries d
WHERE d.workspace_id = $1 AND d.webhook_id = $5 AND d.state = 'failed' AND d.outbox_id > $2 AND d.outbox_id <= $3
    AND (SELECT 1 FROM deliveries x
         WHERE x.workspace_id = $1 AND x.lead_id = d.lead_id AND x.webhook_id = $5 AND x.outbox_id = d.outbox_id AND x.seq > d.seq LIMIT 1) IS NULL
    AND (SELECT 1 FROM outbox o WHERE o.workspace_id = $1 AND o.id = d.outbox_id LIMIT 1) IS NOT NULL
ORDER BY d.outbox_id LIMIT $4
