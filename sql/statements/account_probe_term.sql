-- The accounts that a word's beginning finds, or enough to know that they are many.
SELECT DISTINCT account_id FROM account_terms WHERE workspace_id = $1 AND term >= $2 AND term < $2 || U&'\+10FFFF' LIMIT 2001
