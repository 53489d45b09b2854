-- Keeps a count, and that of the day.
WITH counted AS (
    SELECT (SELECT count(*) FROM segment_members m WHERE m.workspace_id = $1 AND m.segment_id = $2) AS leads,
           count(*) FILTER (WHERE v.entered) AS entered, count(*) FILTER (WHERE NOT v.entered) AS left_again
    FROM segment_moves v
    WHERE v.workspace_id = $1 AND v.segment_id = $2 AND v.created_at >= $4 AND v.created_at < $5
), kept AS (
    UPDATE segments s SET leads = c.leads, counted_at = $6 FROM counted c WHERE s.workspace_id = $1 AND s.id = $2 RETURNING s.id
)
INSERT INTO segment_days (workspace_id, segment_id, day, leads, entered, left_again)
SELECT $1, $2, $3::text::date, c.leads, c.entered, c.left_again FROM counted c WHERE EXISTS (SELECT FROM kept)
ON CONFLICT (workspace_id, segment_id, day) DO UPDATE
SET leads = EXCLUDED.leads, entered = EXCLUDED.entered, left_again = EXCLUDED.left_again
