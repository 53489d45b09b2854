-- Whatever is written is written whole. Enabled again it starts afresh, at once; the instance that has it sees the revision.
UPDATE webhooks
SET url = $3, types = $4, description = $5, secrets = $6, settings = $7, state = $8, disabled_reason = $9, disabled_at = $10, updated_at = $11,
    revision = revision + 1,
    failures = CASE WHEN $8 = state THEN failures ELSE 0 END, failing_since = CASE WHEN $8 = state THEN failing_since END,
    work_at = CASE WHEN $8 = state THEN work_at ELSE $11 END,
    lease_owner = CASE WHEN $8 = state THEN lease_owner END, lease_until = CASE WHEN $8 = state THEN lease_until END
WHERE workspace_id = $1 AND id = $2 AND revision = $12 AND state <> 'deleted'
