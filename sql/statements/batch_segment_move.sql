INSERT INTO segment_moves (workspace_id, id, lead_id, segment_id, kind, entered, cause, at, created_at)
SELECT $1::uuid, u.id, u.lead_id, u.segment_id, u.kind, u.entered, u.cause, u.at, $9::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bool[], $7::text[], $8::timestamptz[])
     AS u (id, lead_id, segment_id, kind, entered, cause, at)
