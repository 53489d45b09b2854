-- A follow-up that a person did (one more is done, with its outcome), or put off.
UPDATE followups SET due_at = $3, due_by = $4, due_reason = NULL, told = false, version = version + 1,
    done = done + CASE WHEN $5::text IS NULL THEN 0 ELSE 1 END, last_outcome = coalesce($5, last_outcome), last_done_at = coalesce($6, last_done_at)
WHERE workspace_id = $1 AND id = $2
