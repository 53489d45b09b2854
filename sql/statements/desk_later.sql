-- Handoffs that nobody is there for, and when they are looked at again. Those that moved meanwhile stay.
UPDATE handoffs h SET desk_at = u.desk_at
FROM unnest($2::uuid[], $3::bigint[], $4::timestamptz[]) AS u (id, version, desk_at)
WHERE h.workspace_id = $1 AND h.id = u.id AND h.version = u.version
