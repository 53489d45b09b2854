-- A page of the versions of a workspace's models, newest first; of one line or state when given.
SELECT m.version, m.revision, m.name, m.line, m.state, m.line = w.primary_line, m.based_on, m.note, m.activation_note, m.transitions,
    m.created_at, m.created_by, m.activated_at, m.activated_by, m.retired_at
FROM models m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.workspace_id = $1 AND ($2::text IS NULL OR m.line = $2) AND ($3::text IS NULL OR m.state = $3) AND ($4::bigint IS NULL OR m.version < $4)
ORDER BY m.version DESC LIMIT $5::integer
