-- Events of some types that leads have within a time of their own, voided ones too.
SELECT e.lead_id, e.key, e.occurred_at, e.type, e.properties ->> 'message_id', e.voided_at, e.flag
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS u (lead_id, low, high)
JOIN events e ON e.workspace_id = $1::uuid AND e.lead_id = u.lead_id AND e.occurred_at BETWEEN u.low AND u.high AND e.type = ANY ($5::text[])
ORDER BY e.lead_id, e.occurred_at, e.key
