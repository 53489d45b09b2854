-- The leads of one tier, highest score first, after a cursor: one walk along leads_by_score.
-- The inner limit, a constant, is what the planner plans for; the outer one is what is read.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM (
    SELECT * FROM leads
    WHERE workspace_id = $1 AND merged_into IS NULL AND tier = $6 AND (score, id) < ($3, $4) AND score >= $5
    ORDER BY score DESC, id DESC LIMIT 201) page
ORDER BY score DESC, id DESC LIMIT $2
