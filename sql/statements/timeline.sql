-- What happened to one lead and what has been merged into it, newest first, after a cursor. The first column says whether there is such a lead at
-- all; a lead without anything to show yet gives one row of nulls. An event that several of them have is shown once. Moves of handoffs are ranked by their version, from 16 on.
SELECT item.*
FROM leads l
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT coalesce(l.merged_into, l.id) UNION ALL
    SELECT m.id FROM leads m WHERE m.workspace_id = $1 AND m.merged_into = coalesce(l.merged_into, l.id)) AS ids) own
LEFT JOIN LATERAL (
    SELECT at, source, id, type, event_id, event_key, received_at, properties, patch, event_source, from_value, to_value, cause, reason,
        score, fit, engagement, model_version, state, line, voided_at, void_reason, flag, cleaned, lead_id, other_id, author, note, name
    FROM (
        SELECT occurred_at AS at, 1 AS source, key AS id, type, event_id, NULL::uuid AS event_key, received_at, properties, patch,
            source AS event_source, NULL::text AS from_value, NULL::text AS to_value, NULL::text AS cause, NULL::text AS reason,
            NULL::integer AS score, NULL::integer AS fit, NULL::integer AS engagement, NULL::bigint AS model_version, NULL::text AS state,
            NULL::text AS line, voided_at, void_reason, flag, cleaned, lead_id, NULL::uuid AS other_id, NULL::text AS author,
            NULL::text AS note, NULL::text AS name
        FROM events e WHERE workspace_id = $1 AND lead_id = ANY (own.ids)
            AND (cardinality(own.ids) = 1 OR NOT EXISTS (
                SELECT FROM events f WHERE f.workspace_id = $1 AND f.lead_id = ANY (own.ids) AND f.key = e.key
                    AND (f.received_at, f.lead_id) < (e.received_at, e.lead_id)))
        UNION ALL
        SELECT at, 2, id, kind, event_id, event_key, NULL, NULL, NULL, NULL, from_value, to_value, cause, reason, score, fit, engagement,
            model_version, NULL, line, NULL, NULL, NULL, NULL, lead_id, NULL, NULL, NULL, NULL
        FROM transitions WHERE workspace_id = $1 AND lead_id = ANY (own.ids) AND NOT held
        UNION ALL
        SELECT created_at, 3, id, stage, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, state,
            NULL, NULL, NULL, NULL, NULL, lead_id, NULL, NULL, NULL, NULL
        FROM handoffs WHERE workspace_id = $1 AND lead_id = ANY (own.ids)
        UNION ALL
        SELECT v.at, 16 + v.version::integer, h.id, v.move, NULL, NULL, NULL, NULL, NULL, NULL, v.from_state, v.to_state, v.rule, v.reason, NULL, NULL, NULL, v.version, NULL,
            NULL, NULL, NULL, NULL, NULL, h.lead_id, v.assignee, v.author, v.note, u.name
        FROM handoffs h
        JOIN handoff_moves v ON v.workspace_id = $1 AND v.handoff_id = h.id
        LEFT JOIN users u ON u.workspace_id = $1 AND u.id = v.assignee
        WHERE h.workspace_id = $1 AND h.lead_id = ANY (own.ids)
        UNION ALL
        SELECT told.at, told.source, m.id, told.type, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, m.cause, m.reason, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, m.lead_id, m.member, told.author, NULL, NULL
        FROM (SELECT * FROM merges WHERE workspace_id = $1 AND member = ANY (own.ids)
              UNION
              SELECT * FROM merges WHERE workspace_id = $1 AND lead_id = ANY (own.ids)) m
        CROSS JOIN LATERAL (VALUES (m.at, 4, 'lead_merged', m.author), (m.undone_at, 5, 'lead_unmerged', m.undone_by)) AS told (at, source, type, author)
        WHERE told.at IS NOT NULL
        UNION ALL
        SELECT at, 7, id, type, NULL, NULL, due_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, outcome,
            NULL, NULL, NULL, NULL, NULL, lead_id, followup_id, author, note, NULL
        FROM followup_moves WHERE workspace_id = $1 AND lead_id = ANY (own.ids) AND type IN ('done', 'snoozed')) everything
    WHERE (at, source, id) < ($3, $4, $5)
    ORDER BY at DESC, source DESC, id DESC LIMIT $6) item ON true
WHERE l.workspace_id = $1 AND l.id = $2
ORDER BY at DESC, source DESC, id DESC
