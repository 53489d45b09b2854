-- After the outbox: what a fan-out made of its rows until they were gone goes too.
DELETE FROM deliveries WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
