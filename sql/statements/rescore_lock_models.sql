-- Keeps the models of a workspace from changing until COMMIT.
SELECT id FROM workspaces WHERE id = $1 FOR SHARE
