-- How endpoints fared, in the words of those that have them.
UPDATE webhooks w SET failures = u.failures, failing_since = u.failing_since
FROM unnest($2::uuid[], $3::int8[], $4::int4[], $5::timestamptz[]) AS u (id, generation, failures, failing_since)
WHERE w.workspace_id = $1 AND w.id = u.id AND w.generation = u.generation
    AND (w.failures <> u.failures OR w.failing_since IS DISTINCT FROM u.failing_since)
