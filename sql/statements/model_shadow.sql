-- A version becomes its line's shadow.
UPDATE models SET state = 'shadow', retired_at = NULL, revision = revision + 1 WHERE workspace_id = $1 AND version = $2
