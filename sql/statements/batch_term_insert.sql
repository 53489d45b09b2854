INSERT INTO lead_terms (workspace_id, lead_id, term)
SELECT $1::uuid, u.lead_id, u.term FROM unnest($2::uuid[], $3::text[]) AS u (lead_id, term)
