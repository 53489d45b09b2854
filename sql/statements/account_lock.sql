-- Before their leads are added up, so that of two who do it the later one sees more.
SELECT id FROM accounts WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) ORDER BY id FOR NO KEY UPDATE
