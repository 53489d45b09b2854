INSERT INTO followup_marks (workspace_id, id, lead_id, at, change)
SELECT $1::uuid, u.id, u.lead_id, u.at, u.change FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) AS u (id, lead_id, at, change)
