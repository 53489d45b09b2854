-- The oldest news of handoffs without a position.
SELECT outbox_id FROM handoff_news WHERE workspace_id = $1 AND position IS NULL ORDER BY outbox_id LIMIT $2
