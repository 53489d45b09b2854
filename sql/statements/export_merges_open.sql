-- The merges that stand, in the order in which they were made.
DECLARE export NO SCROLL CURSOR FOR
SELECT id, lead_id, member, at, cause, author, reason, handoff_id, handoff_state, undone_at
FROM merges WHERE workspace_id = $1::uuid AND undone_at IS NULL
ORDER BY at, id
