-- The playbook written anew; it is another condition from revision $12 on only where that is another.
UPDATE playbooks SET name = $3, description = $4, priority = $5, enabled = $6, settings = $7,
    since = CASE WHEN condition::text IS DISTINCT FROM $8::text THEN $12 ELSE since END,
    condition = $8::text::json, cadence = $9, first_after = $10, on_change = $11, updated_at = $13, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND ($14::bigint IS NULL OR revision = $14::bigint)
RETURNING revision
