-- The last position given out, and whether there are transitions, and news of handoffs, without one.
SELECT last_position, EXISTS (SELECT 1 FROM transitions t WHERE t.workspace_id = $1 AND t.position IS NULL AND NOT t.held),
       EXISTS (SELECT 1 FROM handoff_news h WHERE h.workspace_id = $1 AND h.position IS NULL)
FROM feeds WHERE workspace_id = $1
