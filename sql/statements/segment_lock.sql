-- What the segments of a workspace change under: one change after another. Not FOR UPDATE, so that new leads (whose foreign key looks here) go on.
SELECT active_model, segments_revision, (SELECT count(*) FROM segments s WHERE s.workspace_id = $1)
FROM workspaces WHERE id = $1 FOR NO KEY UPDATE
