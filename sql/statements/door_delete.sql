-- A door no longer; if a revision is given, only while it is the one that was read.
DELETE FROM doors WHERE workspace_id = $1 AND kind = $2 AND id = $3 AND ($4::bigint IS NULL OR revision = $4)
