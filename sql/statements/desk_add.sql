-- A tenant's desk, which there may be already.
INSERT INTO desks (workspace_id, revision, updated_at) VALUES ($1, 0, $2) ON CONFLICT (workspace_id) DO NOTHING
