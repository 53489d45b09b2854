INSERT INTO account_keys (workspace_id, key, account_id, kind, value, created_at)
SELECT $1::uuid, u.key, u.account_id, u.kind, u.value, $6::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS u (key, account_id, kind, value)
