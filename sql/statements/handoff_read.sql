-- One handoff.
SELECT id, lead_id, transition_id, state, stage, version, created_at, updated_at, context
FROM handoffs WHERE workspace_id = $1 AND id = $2
