-- Every account of a tenant is added up anew.
INSERT INTO account_marks (workspace_id, id, account_id) SELECT $1::uuid, a.id, a.id FROM accounts a WHERE a.workspace_id = $1::uuid ON CONFLICT DO NOTHING
