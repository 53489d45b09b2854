-- What an endpoint is to get by now, without those that its owner has in hand. $6: with the lead as it is now, that which it was merged into if it was; and by whose
-- clock times are told, and who has the handoff that it is about.
SELECT d.seq, d.outbox_id, d.lead_id, d.type, d.attempts, d.next_at, o.payload, o.created_at,
    CASE WHEN $6 THEN (
        SELECT json_build_object('id', l.id, 'display', coalesce(l.name, l.email, l.phone, l.profile #>> '{company,name}', l.id::text),
            'name', l.name, 'email', l.email, 'phone', l.phone, 'title', l.profile ->> 'title', 'company', l.profile #>> '{company,name}',
            'score', l.score, 'fit', l.fit, 'engagement', l.engagement, 'tier', l.tier::text, 'grade', l.grade, 'stage', l.stage,
            'owner', l.owner, 'tags', l.tags, 'profile', l.profile, 'external_ids', (
                SELECT coalesce(json_object_agg(substr(i.kind, 13), i.value), '{}') FROM identities i
                WHERE i.workspace_id = $1 AND i.lead_id = l.id AND i.kind LIKE 'external_id:%'))
        FROM leads n JOIN leads l ON l.workspace_id = $1 AND l.id = coalesce(n.merged_into, n.id)
        WHERE n.workspace_id = $1 AND n.id = d.lead_id) END,
    CASE WHEN $6 THEN json_build_object('zone', (SELECT w.time_zone FROM workspaces w WHERE w.id = $1),
        'assignee', CASE WHEN d.type LIKE 'handoff.%' THEN (
            SELECT u.document FROM users u WHERE u.workspace_id = $1 AND u.id = (o.payload #>> '{assignee,id}')::uuid) END) END
FROM deliveries d
LEFT JOIN outbox o ON o.workspace_id = $1 AND o.id = d.outbox_id
WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.state = 'pending' AND d.next_at IS NOT NULL AND d.next_at <= $3
    AND d.seq <> ALL ($4::int8[])
ORDER BY d.next_at, d.seq LIMIT $5
