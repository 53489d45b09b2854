-- Pairs for the review list. One that is known is only told a new reason; one that was dismissed stays so.
INSERT INTO duplicates AS d (workspace_id, id, lead_a, lead_b, reasons, found_at)
SELECT $1::uuid, u.id, u.lead_a, u.lead_b, ARRAY[u.reason], $6::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS u (id, lead_a, lead_b, reason)
ON CONFLICT (workspace_id, id) DO UPDATE SET reasons = d.reasons || EXCLUDED.reasons
WHERE NOT d.reasons @> EXCLUDED.reasons
