INSERT INTO journey_starts (workspace_id, id, journey_id, lead_id, at)
SELECT $1::uuid, u.id, u.journey_id, u.lead_id, u.at FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[]) AS u (id, journey_id, lead_id, at)
