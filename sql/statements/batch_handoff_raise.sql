-- An open handoff is raised to a higher stage, with what is known now.
UPDATE handoffs h
SET stage = u.stage, version = h.version + 1, transition_id = u.transition_id, context = u.context, updated_at = $6::timestamptz
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::json[]) AS u (id, stage, transition_id, context)
WHERE h.workspace_id = $1::uuid AND h.id = u.id
