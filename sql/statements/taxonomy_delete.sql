-- A taxonomy no longer; if a version is given, only while it is the one that was read.
DELETE FROM taxonomies WHERE workspace_id = $1 AND name = $2 AND ($3::bigint IS NULL OR version = $3)
