SELECT id, last_seq, state FROM webhooks WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE
