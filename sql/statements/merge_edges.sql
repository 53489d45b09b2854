-- The merges by which some leads are members now.
SELECT id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state, undone_at
FROM merges WHERE workspace_id = $1::uuid AND member = ANY ($2::uuid[]) AND undone_at IS NULL
ORDER BY member
