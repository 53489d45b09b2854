-- How many events there were in a time, and how many of them were heard of more than a day later.
SELECT count(*), count(*) FILTER (WHERE received_at > occurred_at + interval '1 day')
FROM events WHERE workspace_id = $1::uuid AND occurred_at >= $2::timestamptz AND occurred_at <= $3::timestamptz
    AND voided_at IS NULL AND type <> 'event_voided'
