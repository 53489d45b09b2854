-- Handoffs, newest first, after an id. Planned for its arguments each time, so that the index of the filter given is used.
SELECT id, lead_id, transition_id, state, stage, version, created_at, updated_at, context
FROM handoffs
WHERE workspace_id = $1 AND id < $3 AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR lead_id = ANY (ARRAY(
        SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $5
        UNION ALL
        SELECT m.id FROM leads n JOIN leads m ON m.workspace_id = $1 AND m.merged_into = coalesce(n.merged_into, n.id)
        WHERE n.workspace_id = $1 AND n.id = $5)))
ORDER BY id DESC LIMIT $2
