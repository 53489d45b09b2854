-- Handoffs, newest first, after an id. Planned for its arguments each time, so that the index of the filter given is used.
SELECT id, lead_id, transition_id, state, stage, version, created_at, updated_at, context
FROM handoffs
WHERE workspace_id = $1 AND id < $3 AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR lead_id = $5)
ORDER BY id DESC LIMIT $2
