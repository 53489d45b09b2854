UPDATE workspaces SET segments_revision = $2 WHERE id = $1
