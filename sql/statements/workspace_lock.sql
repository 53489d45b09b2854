-- What the models of a workspace change under: one change after another. Not FOR UPDATE, so that new leads (whose foreign key looks here) go on.
SELECT primary_line, active_model, last_model, revision FROM workspaces WHERE id = $1 FOR NO KEY UPDATE
