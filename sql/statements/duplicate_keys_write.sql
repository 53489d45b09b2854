INSERT INTO duplicate_keys (workspace_id, key, lead_id, reason)
SELECT $1::uuid, u.key, u.lead_id, u.reason FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (key, lead_id, reason)
ON CONFLICT (workspace_id, key, lead_id) DO NOTHING
