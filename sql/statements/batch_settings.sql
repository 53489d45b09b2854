-- What a batch must know of its workspace. Of each model beside the primary one: version, what its activation asked of its moves and, unless it is
-- a shadow, its line; they are looked for only where there are any.
SELECT w.active_model, w.country,
       CASE WHEN w.other_models <> '{}' THEN
           (SELECT array_agg(m.version::text || ' ' || m.transitions || CASE m.state WHEN 'active' THEN ' ' || m.line ELSE '' END ORDER BY m.version)
            FROM models m
            WHERE m.workspace_id = $1::uuid AND m.version = ANY (w.other_models) AND m.version <> w.active_model
                AND m.state IN ('active', 'shadow')) END,
       w.filters, w.accounts, w.segments_revision, w.told_types, w.desk, w.response_events
FROM workspaces w WHERE w.id = $1::uuid
