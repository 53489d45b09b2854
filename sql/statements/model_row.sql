-- One version of a workspace's models, whole.
SELECT m.version, m.revision, m.name, m.line, m.state, m.line = w.primary_line, m.based_on, m.note, m.activation_note, m.transitions,
    m.created_at, m.created_by, m.activated_at, m.activated_by, m.retired_at, m.document
FROM models m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.workspace_id = $1 AND m.version = $2
