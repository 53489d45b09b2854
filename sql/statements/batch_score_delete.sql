-- Scores whose place another version of their line has taken.
DELETE FROM lead_scores s USING unnest($2::uuid[], $3::int8[]) AS u (lead_id, model_version)
WHERE s.workspace_id = $1::uuid AND s.lead_id = u.lead_id AND s.model_version = u.model_version
