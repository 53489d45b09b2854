-- What outbox rows tell of handoffs has a place in the change feed, too.
INSERT INTO handoff_news (workspace_id, outbox_id) SELECT $1::uuid, u.id FROM unnest($2::uuid[]) AS u (id)
