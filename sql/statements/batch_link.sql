-- What some leads have been merged into, or that they stand for themselves again. One that is merged is never due, and in no account.
UPDATE leads l
SET merged_into = u.root, has_members = u.has_members, next_change_at = CASE WHEN u.root IS NULL THEN l.next_change_at END,
    account_id = CASE WHEN u.root IS NULL THEN l.account_id END, handoff_state = coalesce(u.handoff_state, l.handoff_state)
FROM unnest($2::uuid[], $3::uuid[], $4::bool[], $5::text[]) AS u (id, root, has_members, handoff_state)
WHERE l.workspace_id = $1::uuid AND l.id = u.id
