-- Events that are voided or flagged.
UPDATE events e
SET voided_at = coalesce(e.voided_at, u.voided_at), void_reason = coalesce(e.void_reason, u.void_reason), flag = coalesce(u.flag, e.flag)
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[]) AS u (lead_id, key, voided_at, void_reason, flag)
WHERE e.workspace_id = $1::uuid AND e.lead_id = u.lead_id AND e.key = u.key
