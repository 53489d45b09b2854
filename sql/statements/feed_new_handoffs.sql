-- The oldest news of handoffs without a position, in the order of their writing.
SELECT n.outbox_id
FROM (SELECT outbox_id FROM handoff_news WHERE workspace_id = $1 AND position IS NULL ORDER BY outbox_id LIMIT $2) n
LEFT JOIN outbox o ON o.workspace_id = $1 AND o.id = n.outbox_id
ORDER BY o.place, n.outbox_id
