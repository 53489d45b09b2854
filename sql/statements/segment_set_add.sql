-- All conditions of a workspace as they are now, under a new revision. What is triggered by a segment has that segment's.
INSERT INTO segment_sets (workspace_id, revision, document, created_at)
SELECT $1, $2, coalesce(json_agg(json_build_object('id', c.id, 'kind', c.kind, 'name', c.name, 'when', c.condition, 'form', c.form, 'since', c.since, 'announce', c.announce,
                                                   'on_change', c.on_change)
                                 ORDER BY c.id), '[]'), $3
FROM (SELECT s.id, 'segment' AS kind, s.name, s.condition, NULL::text AS form, s.since, s.announce, false AS on_change FROM segments s WHERE s.workspace_id = $1
      UNION ALL
      SELECT j.id, 'journey', j.name, coalesce(j.condition, s.condition, 'false'), j.form, greatest(j.since, s.since), j.enrol_existing, false
      FROM journeys j LEFT JOIN segments s ON s.workspace_id = $1 AND s.id = j.segment_id WHERE j.workspace_id = $1
      UNION ALL
      SELECT p.id, 'playbook', p.name, p.condition, NULL, p.since, true, p.on_change IS NOT NULL FROM playbooks p WHERE p.workspace_id = $1) c
