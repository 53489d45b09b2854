-- One lead as readers see it: the one that it has been merged into, if it has been.
SELECT l.id, l.version, l.created_at, l.updated_at, l.as_of, l.last_event_at, l.next_change_at, l.model_version, l.score, l.fit, l.engagement,
    l.tier, l.grade, l.stage, l.owner, l.tags, l.handoff_id, l.handoff_state, l.profile, l.score_offset
FROM leads n JOIN leads l ON l.workspace_id = $1 AND l.id = coalesce(n.merged_into, n.id)
WHERE n.workspace_id = $1 AND n.id = $2
