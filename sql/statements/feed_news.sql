-- Which of these feeds, each read up to a position, have more.
SELECT f.workspace_id
FROM unnest($1::uuid[], $2::int8[]) AS u (workspace_id, seen)
JOIN feeds f ON f.workspace_id = u.workspace_id
WHERE f.last_position > u.seen
   OR EXISTS (SELECT 1 FROM transitions t WHERE t.workspace_id = f.workspace_id AND t.position IS NULL AND NOT t.held)
   OR EXISTS (SELECT 1 FROM handoff_news h WHERE h.workspace_id = f.workspace_id AND h.position IS NULL)
