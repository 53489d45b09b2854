-- Takes marks away, the oldest first; those of very large accounts only when they were last added up before $3. Who takes them adds up, in the same transaction.
DELETE FROM account_marks WHERE workspace_id = $1::uuid AND id IN (
    SELECT m.id FROM account_marks m LEFT JOIN accounts a ON a.workspace_id = $1::uuid AND a.id = m.account_id
    WHERE m.workspace_id = $1::uuid AND (a.leads IS NULL OR a.leads < 20000 OR a.rolled_at IS NULL OR a.rolled_at < $3::timestamptz)
    ORDER BY m.id LIMIT $2)
RETURNING account_id
