-- Which of these keys give no right to anything any more: revoked, expired or gone with their workspace.
SELECT u.workspace_id, u.id
FROM unnest($1::uuid[], $2::uuid[]) AS u (workspace_id, id)
LEFT JOIN api_keys k ON k.workspace_id = u.workspace_id AND k.id = u.id
WHERE k.id IS NULL OR k.revoked_at IS NOT NULL OR k.expires_at <= $3
