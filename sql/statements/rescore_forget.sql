-- Removes the scores of a range of leads that no model of the workspace stands behind any more.
DELETE FROM lead_scores s USING workspaces w
WHERE s.workspace_id = $1 AND s.lead_id > $2 AND s.lead_id <= $3 AND w.id = $1 AND NOT s.model_version = ANY (w.other_models)
