-- The leads that identity keys and ids name, locked in id order so that batches never wait for each other in a circle. Tags are told of leads that
-- another model has scored: of the others, the state knows them.
SELECT k.key, l.id, l.version, l.created_at, l.updated_at, l.as_of, l.model_version, l.profile, l.state, l.tier, l.stage,
       l.handoff_id, l.handoff_state,
       CASE WHEN l.model_version <> (SELECT w.active_model FROM workspaces w WHERE w.id = $1::uuid) THEN l.tags END,
       l.account_id, l.account_by, l.score,
       l.merged_into, l.has_members
FROM (SELECT i.key, i.lead_id FROM identities i WHERE i.workspace_id = $1::uuid AND i.key = ANY ($2::uuid[])
      UNION ALL
      SELECT NULL::uuid, u.id FROM unnest($3::uuid[]) AS u (id)) AS k
JOIN leads l ON l.workspace_id = $1::uuid AND l.id = k.lead_id
ORDER BY l.id
FOR UPDATE OF l
