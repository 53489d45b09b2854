-- Leads of a segment, the newest in it first.
SELECT l.id, l.version, l.created_at, l.updated_at, l.as_of, l.last_event_at, l.next_change_at, l.model_version, l.score, l.fit, l.engagement, l.tier,
    l.grade, l.stage, l.owner, l.tags, l.handoff_id, l.handoff_state, l.profile, l.score_offset, m.since
FROM segment_members m
JOIN leads l ON l.workspace_id = $1 AND l.id = m.lead_id
WHERE m.workspace_id = $1 AND m.segment_id = $2 AND (m.since, m.lead_id) < ($3, $4)
ORDER BY m.since DESC, m.lead_id DESC
LIMIT $5
