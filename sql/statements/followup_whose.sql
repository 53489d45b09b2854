-- Whose a follow-up is: the lead that it names, or that one was merged into. Nobody else writes to it meanwhile.
SELECT l.id FROM leads l
WHERE l.workspace_id = $1 AND l.id = (SELECT coalesce(n.merged_into, n.id) FROM followups f JOIN leads n ON n.workspace_id = $1 AND n.id = f.lead_id WHERE f.workspace_id = $1 AND f.id = $2)
FOR NO KEY UPDATE OF l
