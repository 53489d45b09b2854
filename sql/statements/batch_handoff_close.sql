-- Handoffs that nobody has taken yet are closed: what raised them was voided.
UPDATE handoffs SET state = 'closed', version = version + 1, updated_at = $3::timestamptz, ended_at = $3::timestamptz, clock = NULL, desk_at = NULL
WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) AND state = 'pending'
