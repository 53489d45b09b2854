-- A merge by its id, or else the newest of a member.
SELECT id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state, undone_at
FROM merges WHERE workspace_id = $1::uuid AND (id = $2::uuid OR ($2::uuid IS NULL AND member = $3::uuid))
ORDER BY undone_at DESC NULLS FIRST, at DESC LIMIT 1
