-- A version becomes its line's active one.
UPDATE models SET state = 'active', activated_at = $3, activated_by = $4, activation_note = $5, transitions = $6, retired_at = NULL, revision = revision + 1
WHERE workspace_id = $1 AND version = $2
