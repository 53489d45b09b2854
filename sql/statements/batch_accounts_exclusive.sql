-- As batch_accounts, by a batch that changes some of them.
SELECT k.key, a.id, a.version, a.profile,
       ARRAY(SELECT x.kind FROM account_keys x WHERE x.workspace_id = $1::uuid AND x.account_id = a.id)
FROM (SELECT i.key, i.account_id FROM account_keys i WHERE i.workspace_id = $1::uuid AND i.key = ANY ($2::uuid[])
      UNION ALL
      SELECT NULL::uuid, u.id FROM unnest($3::uuid[]) AS u (id)) AS k
JOIN accounts a ON a.workspace_id = $1::uuid AND a.id = k.account_id AND NOT a.deleting
ORDER BY a.id
FOR NO KEY UPDATE OF a
