-- Two leads that are two: the first who said so is kept.
UPDATE duplicates SET state = 'dismissed', decided_at = coalesce(decided_at, $3), decided_by = coalesce(decided_by, $4), note = coalesce(note, $5)
WHERE workspace_id = $1 AND id = $2
RETURNING id
