INSERT INTO lead_tags (workspace_id, lead_id, tag, source, expires_at)
SELECT $1::uuid, u.lead_id, u.tag, u.source, u.expires_at
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) AS u (lead_id, tag, source, expires_at)
