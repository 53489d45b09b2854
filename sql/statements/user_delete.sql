-- A sales person no longer; if a revision is given, only while it is that one.
DELETE FROM users WHERE workspace_id = $1 AND id = $2 AND ($3::bigint IS NULL OR revision = $3)
