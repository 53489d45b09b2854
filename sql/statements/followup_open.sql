-- What is open of leads that are held, and of those that have been merged into them.
SELECT coalesce(l.merged_into, l.id), f.id, f.lead_id, f.kind, f.playbook_id, f.owner, f.started_at, f.due_at, f.due_by, f.last_done_at
FROM (SELECT n.id, n.merged_into FROM leads n WHERE n.workspace_id = $1 AND n.id = ANY ($2::uuid[])
      UNION ALL
      SELECT n.id, n.merged_into FROM leads n WHERE n.workspace_id = $1 AND n.merged_into = ANY ($2::uuid[])) l
JOIN followups f ON f.workspace_id = $1 AND f.lead_id = l.id AND f.state = 'open'
ORDER BY f.due_at, f.id
