-- Leads of an account, highest score first: they are sorted each time, for there is no index of it.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM leads WHERE workspace_id = $1 AND account_id = $2 AND (score, id) < ($5, $4)
ORDER BY score DESC, id DESC LIMIT $3
