-- Pairs of the review list in one state, those found last first, after a place ($3, $4); of one lead, or ($7) one pair. None whose leads have become
-- one. Planned for its arguments each time.
SELECT d.id, d.reasons, d.state, d.found_at, d.decided_at, d.decided_by, d.note,
    a.id, a.name, a.email, a.phone, a.profile #>> '{company,name}', a.owner, a.stage, a.tier, a.score, a.last_event_at, a.created_at,
    b.id, b.name, b.email, b.phone, b.profile #>> '{company,name}', b.owner, b.stage, b.tier, b.score, b.last_event_at, b.created_at
FROM duplicates d
JOIN leads m ON m.workspace_id = $1 AND m.id = d.lead_a
JOIN leads a ON a.workspace_id = $1 AND a.id = coalesce(m.merged_into, m.id)
JOIN leads n ON n.workspace_id = $1 AND n.id = d.lead_b
JOIN leads b ON b.workspace_id = $1 AND b.id = coalesce(n.merged_into, n.id)
WHERE d.workspace_id = $1 AND ($2::text IS NULL OR d.state = $2) AND (d.found_at, d.id) < ($3, $4) AND ($7::uuid IS NOT NULL OR a.id <> b.id)
    AND ($6::uuid IS NULL OR d.id = ANY (ARRAY(
        SELECT e.id FROM duplicates e JOIN leads l ON l.workspace_id = $1 AND (l.id = $6 OR l.merged_into = $6)
        WHERE e.workspace_id = $1 AND e.lead_a = l.id
        UNION
        SELECT e.id FROM duplicates e JOIN leads l ON l.workspace_id = $1 AND (l.id = $6 OR l.merged_into = $6)
        WHERE e.workspace_id = $1 AND e.lead_b = l.id)))
    AND ($7::uuid IS NULL OR d.id = $7)
ORDER BY d.found_at DESC, d.id DESC LIMIT $5
