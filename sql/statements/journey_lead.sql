-- The lead that a run is about: the one that it has been merged into, if it has. Nothing is written to it meanwhile.
SELECT l.id, l.profile FROM leads l
WHERE l.workspace_id = $1 AND l.id = (SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $2)
FOR SHARE OF l
