-- What is NULL stays; a new condition holds from revision $7 on.
UPDATE segments SET name = coalesce($3, name), description = coalesce($4, description), condition = coalesce($5::json, condition),
    announce = coalesce($6::boolean, announce), since = CASE WHEN $5::json IS NULL THEN since ELSE $7 END, job_id = coalesce($8::uuid, job_id),
    updated_at = $9, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND ($10::bigint IS NULL OR revision = $10::bigint)
RETURNING revision
