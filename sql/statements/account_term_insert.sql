INSERT INTO account_terms (workspace_id, account_id, term)
SELECT $1::uuid, u.account_id, u.term FROM unnest($2::uuid[], $3::text[]) AS u (account_id, term)
