-- A job's pieces.
INSERT INTO job_chunks (workspace_id, job_id, ordinal, first_lead, last_lead, leads)
SELECT $1::uuid, $2::uuid, u.ordinal, u.first_lead, u.last_lead, u.leads
FROM unnest($3::int4[], $4::uuid[], $5::uuid[], $6::int4[]) AS u (ordinal, first_lead, last_lead, leads)
