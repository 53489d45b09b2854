-- Leads behind one that stand for themselves, in order of id, as readers see them.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM leads WHERE workspace_id = $1::uuid AND id > $2::uuid AND merged_into IS NULL ORDER BY id LIMIT $3::bigint
