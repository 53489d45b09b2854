-- What a version is compared with when nobody says: the active one of its line, or else the workspace's; and whether the one that was named exists.
SELECT coalesce((SELECT a.version FROM models AS a WHERE a.workspace_id = $1::uuid AND a.line = d.line AND a.state = 'active'), w.active_model),
    EXISTS (SELECT 1 FROM models AS c WHERE c.workspace_id = $1::uuid AND c.version = $3::bigint)
FROM models AS d JOIN workspaces AS w ON w.id = d.workspace_id
WHERE d.workspace_id = $1::uuid AND d.version = $2::bigint
