-- All conditions of a workspace as they are now, under a new revision.
INSERT INTO segment_sets (workspace_id, revision, document, created_at)
SELECT $1, $2, coalesce(json_agg(json_build_object('id', c.id, 'kind', c.kind, 'name', c.name, 'when', c.condition, 'since', c.since, 'announce', c.announce)
                                 ORDER BY c.id), '[]'), $3
FROM (SELECT s.id, 'segment' AS kind, s.name, s.condition, s.since, s.announce FROM segments s WHERE s.workspace_id = $1) c
