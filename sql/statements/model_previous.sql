-- The version that was active in a line before the one that is.
SELECT version FROM models
WHERE workspace_id = $1 AND line = $2 AND state = 'retired' AND activated_at IS NOT NULL
ORDER BY activated_at DESC, version DESC LIMIT 1
