-- What the leads that identity keys and ids name are worth under models beside the primary one, and whose line each such model is of.
SELECT s.lead_id, s.model_version, s.lead_version, s.applies, s.told, s.tier, s.stage, s.state, m.line
FROM (SELECT i.lead_id FROM identities i WHERE i.workspace_id = $1::uuid AND i.key = ANY ($2::uuid[])
      UNION
      SELECT u.id FROM unnest($3::uuid[]) AS u (id)) AS k
JOIN lead_scores s ON s.workspace_id = $1::uuid AND s.lead_id = k.lead_id
JOIN models m ON m.workspace_id = $1::uuid AND m.version = s.model_version
ORDER BY s.lead_id, s.model_version
