-- The newest days of a segment, oldest first.
SELECT day::text, leads, entered, left_again FROM (
    SELECT day, leads, entered, left_again FROM segment_days WHERE workspace_id = $1 AND segment_id = $2 ORDER BY day DESC LIMIT $3) newest
ORDER BY day
