-- What a tenant was told from an id on up to another, in the order it happened, for telling it again.
SELECT id, lead_id, topic FROM outbox WHERE workspace_id = $1 AND id > $2 AND id <= $3 AND fanned_at IS NOT NULL ORDER BY id LIMIT $4
