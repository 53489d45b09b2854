-- Leads whose profile is to be looked at for duplicates.
INSERT INTO duplicate_marks AS m (workspace_id, lead_id, lead_version)
SELECT $1::uuid, u.lead_id, u.lead_version FROM unnest($2::uuid[], $3::int8[]) AS u (lead_id, lead_version)
ON CONFLICT (workspace_id, lead_id) DO UPDATE SET lead_version = EXCLUDED.lead_version
