-- Handoffs that a merge closes, or whose merge is undone: their clocks go on where they were. From other states they stay as somebody has put them meanwhile.
UPDATE handoffs h SET state = u.state, version = h.version + 1, updated_at = $5::timestamptz,
    ended_at = CASE WHEN u.state = 'closed' THEN $5::timestamptz END,
    desk_at = CASE WHEN u.state = 'closed' THEN NULL WHEN u.state = 'pending' THEN $5::timestamptz
        WHEN h.clock IS NULL OR h.breached_at IS NOT NULL THEN NULL WHEN h.warned_at IS NULL THEN h.warn_at ELSE h.due_at END
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS u (id, state, was)
WHERE h.workspace_id = $1::uuid AND h.id = u.id AND h.state = u.was
