-- The journey written anew; it is another condition from revision $13 on only where that is another.
UPDATE journeys SET name = $3, description = $4, state = $5, settings = $6, segment_id = $8, form = $9, first_step = $10, first_after = $11, reentry_after = $12,
    since = CASE WHEN condition::text IS DISTINCT FROM $7::text OR segment_id IS DISTINCT FROM $8 OR form IS DISTINCT FROM $9 THEN $13 ELSE since END,
    condition = $7::text::json, enrol_existing = $14, updated_at = $15, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND ($16::bigint IS NULL OR revision = $16::bigint)
RETURNING revision
