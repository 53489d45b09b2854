-- Moves of long ago, a few thousand at a time.
DELETE FROM segment_moves v USING (
    SELECT workspace_id, id FROM segment_moves WHERE created_at < $1 ORDER BY created_at LIMIT $2) old
WHERE v.workspace_id = old.workspace_id AND v.id = old.id
