-- What happened to one lead, newest first, after a cursor. The first column says whether there is such a lead at all; a lead without anything
-- to show yet gives one row of nulls.
SELECT item.*
FROM leads l LEFT JOIN LATERAL (
    SELECT at, source, id, type, event_id, event_key, received_at, properties, patch, event_source, from_value, to_value, cause, reason,
        score, fit, engagement, model_version, state, line, voided_at, void_reason, flag, cleaned
    FROM (
        SELECT occurred_at AS at, 1 AS source, key AS id, type, event_id, NULL::uuid AS event_key, received_at, properties, patch,
            source AS event_source, NULL::text AS from_value, NULL::text AS to_value, NULL::text AS cause, NULL::text AS reason,
            NULL::integer AS score, NULL::integer AS fit, NULL::integer AS engagement, NULL::bigint AS model_version, NULL::text AS state,
            NULL::text AS line, voided_at, void_reason, flag, cleaned
        FROM events WHERE workspace_id = $1 AND lead_id = $2
        UNION ALL
        SELECT at, 2, id, kind, event_id, event_key, NULL, NULL, NULL, NULL, from_value, to_value, cause, reason, score, fit, engagement,
            model_version, NULL, line, NULL, NULL, NULL, NULL
        FROM transitions WHERE workspace_id = $1 AND lead_id = $2 AND NOT held
        UNION ALL
        SELECT created_at, 3, id, stage, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, state,
            NULL, NULL, NULL, NULL, NULL
        FROM handoffs WHERE workspace_id = $1 AND lead_id = $2) everything
    WHERE (at, source, id) < ($3, $4, $5)
    ORDER BY at DESC, source DESC, id DESC LIMIT $6) item ON true
WHERE l.workspace_id = $1 AND l.id = $2
ORDER BY at DESC, source DESC, id DESC
