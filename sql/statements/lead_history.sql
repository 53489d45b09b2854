-- Every event of one lead, and of what has been merged into it, that counts.
SELECT lead_id, key, occurred_at, received_at, type, event_id, properties, patch, source, email, phone
FROM events WHERE workspace_id = $1::uuid AND lead_id = ANY (ARRAY(
        SELECT $2::uuid UNION ALL SELECT m.id FROM leads m WHERE m.workspace_id = $1::uuid AND m.merged_into = $2::uuid))
    AND voided_at IS NULL AND type <> 'event_voided'
ORDER BY occurred_at, key
