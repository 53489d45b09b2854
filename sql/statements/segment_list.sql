-- A tenant's segments, with the state of the job that looks at the whole base with each.
SELECT s.id, s.name, s.description, s.template, s.condition, s.announce, s.revision, s.job_id, j.state, s.leads, s.counted_at,
    s.created_by, s.created_at, s.updated_at
FROM segments s
LEFT JOIN jobs j ON j.workspace_id = $1 AND j.id = s.job_id
WHERE s.workspace_id = $1 AND ($2::uuid IS NULL OR s.id = $2::uuid)
ORDER BY s.name, s.id
