-- Segments of all workspaces whose count is old, though leads came or went since, or whose last count is of another day; the longest uncounted first.
SELECT s.workspace_id, s.id, w.time_zone, s.counted_at
FROM segments s
JOIN workspaces w ON w.id = s.workspace_id
WHERE s.counted_at IS NULL OR s.counted_at < $1::timestamptz - interval '1 hour'
    OR (s.counted_at < $1::timestamptz - interval '10 seconds'
        AND EXISTS (SELECT FROM segment_moves m WHERE m.workspace_id = s.workspace_id AND m.segment_id = s.id AND m.created_at > s.counted_at - interval '1 minute'
                    AND m.created_at <= $1::timestamptz))
ORDER BY s.counted_at NULLS FIRST
LIMIT $2
