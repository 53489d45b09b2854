-- Handoffs that a merge closes, or whose merge is undone. From other states they stay as somebody has put them meanwhile.
UPDATE handoffs h SET state = u.state, version = h.version + 1, updated_at = $5::timestamptz
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS u (id, state, was)
WHERE h.workspace_id = $1::uuid AND h.id = u.id AND h.state = u.was
