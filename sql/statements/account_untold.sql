-- Accounts of which leads are to be told something, and which nobody has a lease on.
SELECT w.id, a.id
FROM workspaces w
CROSS JOIN LATERAL (SELECT x.id FROM accounts x
                    WHERE x.workspace_id = w.id AND (x.told_version < x.version OR x.deleting) AND (x.lease_until IS NULL OR x.lease_until < $1)
                    ORDER BY x.id LIMIT $2) a
LIMIT $2
