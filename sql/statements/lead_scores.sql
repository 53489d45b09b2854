-- What one lead is worth under the models beside the primary one; shadows only when $3.
SELECT m.line, m.state, s.model_version, s.applies, s.score, s.fit, s.engagement, s.tier, s.grade, s.stage, s.as_of
FROM workspaces w
JOIN models m ON m.workspace_id = $1 AND m.version = ANY (w.other_models) AND m.version <> w.active_model
    AND (m.state = 'active' OR ($3 AND m.state = 'shadow'))
JOIN lead_scores s ON s.workspace_id = $1 AND s.lead_id = (SELECT coalesce(n.merged_into, n.id) FROM leads n WHERE n.workspace_id = $1 AND n.id = $2) AND s.model_version = m.version
WHERE w.id = $1
ORDER BY m.line, m.state, s.model_version
