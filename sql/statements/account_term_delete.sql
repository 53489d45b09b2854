DELETE FROM account_terms WHERE workspace_id = $1::uuid AND account_id = ANY ($2::uuid[])
