-- Queues that have grown.
UPDATE webhooks w SET last_seq = u.last_seq, work_at = LEAST(w.work_at, $4::timestamptz)
FROM unnest($2::uuid[], $3::int8[]) AS u (id, last_seq)
WHERE w.workspace_id = $1 AND w.id = u.id
