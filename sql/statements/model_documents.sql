-- The documents of a workspace's models that are in one of these states: what is looked through for what depends on a thing.
SELECT version, name, line, state, document FROM models
WHERE workspace_id = $1 AND state = ANY ($2::text[]) AND ($3::bigint IS NULL OR version < $3)
ORDER BY version DESC LIMIT $4::integer
