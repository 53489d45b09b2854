INSERT INTO account_marks (workspace_id, id, account_id)
SELECT $1::uuid, u.id, u.account_id FROM unnest($2::uuid[], $3::uuid[]) AS u (id, account_id)
