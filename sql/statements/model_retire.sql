-- Versions that leads are no longer scored by.
UPDATE models SET state = 'retired', retired_at = $3, revision = revision + 1
WHERE workspace_id = $1 AND version = ANY ($2::bigint[]) AND state IN ('active', 'shadow')
