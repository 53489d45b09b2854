-- Held transitions, kept from others until COMMIT.
SELECT id, lead_id, kind, from_value, to_value, cause, reason, at, score, fit, engagement, model_version, line
FROM transitions WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) AND held
ORDER BY id
FOR UPDATE
