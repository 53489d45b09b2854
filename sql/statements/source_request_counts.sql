-- How a source is doing, by what is kept of it: no more than 100,000 of each outcome are counted.
SELECT o.outcome, count(r.id), max(r.received_at)
FROM unnest(ARRAY['ok', 'ignored', 'failed']) AS o (outcome)
LEFT JOIN LATERAL (
    SELECT q.id, q.received_at FROM source_requests q
    WHERE q.workspace_id = $1 AND q.source_id = $2 AND q.outcome = o.outcome ORDER BY q.id DESC LIMIT 100000) r ON true
GROUP BY o.outcome
