-- As batch_resolve, with the leads that those named have been merged into: for workspaces where that is known to be so.
SELECT k.key, l.id, l.version, l.created_at, l.updated_at, l.as_of, l.model_version, l.profile, l.state, l.tier, l.stage,
       l.handoff_id, l.handoff_state,
       CASE WHEN l.model_version <> (SELECT w.active_model FROM workspaces w WHERE w.id = $1::uuid) THEN l.tags END,
       l.account_id, l.account_by, l.score,
       l.merged_into, l.has_members
FROM (SELECT i.key, i.lead_id FROM identities i WHERE i.workspace_id = $1::uuid AND i.key = ANY ($2::uuid[])
      UNION ALL
      SELECT NULL::uuid, u.id FROM unnest($3::uuid[]) AS u (id)
      UNION ALL
      SELECT NULL::uuid, m.merged_into
      FROM (SELECT i.lead_id FROM identities i WHERE i.workspace_id = $1::uuid AND i.key = ANY ($2::uuid[])
            UNION ALL
            SELECT u.id FROM unnest($3::uuid[]) AS u (id)) AS n
      JOIN leads m ON m.workspace_id = $1::uuid AND m.id = n.lead_id AND m.merged_into IS NOT NULL) AS k
JOIN leads l ON l.workspace_id = $1::uuid AND l.id = k.lead_id
ORDER BY l.id
FOR UPDATE OF l
