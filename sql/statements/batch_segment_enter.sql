INSERT INTO segment_members (workspace_id, lead_id, segment_id, since)
SELECT $1::uuid, u.lead_id, u.segment_id, u.since FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS u (lead_id, segment_id, since)
ON CONFLICT (workspace_id, lead_id, segment_id) DO NOTHING
