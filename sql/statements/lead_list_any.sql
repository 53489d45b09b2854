-- All leads, highest score first, after a cursor: the index is by tier, so five ordered walks along it are merged, each read as far as needed.
-- The inner limits, constants, are what the planner plans for; the outer one is what is read.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM (
    SELECT * FROM (
        (SELECT * FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND tier = 'A' AND (score, id) < ($3, $4) AND score >= $5 ORDER BY score DESC, id DESC LIMIT 201)
        UNION ALL
        (SELECT * FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND tier = 'B' AND (score, id) < ($3, $4) AND score >= $5 ORDER BY score DESC, id DESC LIMIT 201)
        UNION ALL
        (SELECT * FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND tier = 'C' AND (score, id) < ($3, $4) AND score >= $5 ORDER BY score DESC, id DESC LIMIT 201)
        UNION ALL
        (SELECT * FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND tier = 'D' AND (score, id) < ($3, $4) AND score >= $5 ORDER BY score DESC, id DESC LIMIT 201)
        UNION ALL
        (SELECT * FROM leads WHERE workspace_id = $1 AND merged_into IS NULL AND tier = 'X' AND (score, id) < ($3, $4) AND score >= $5 ORDER BY score DESC, id DESC LIMIT 201)) walks
    ORDER BY score DESC, id DESC LIMIT 201) page
ORDER BY score DESC, id DESC LIMIT $2
