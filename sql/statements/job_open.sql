-- The jobs of all tenants that have not ended, and whether nobody has a lease on them. Rescores first: leads wait for them.
SELECT workspace_id, id, kind, state, lease_until IS NULL OR lease_until < now()
FROM jobs WHERE state IN ('waiting', 'running')
ORDER BY kind <> 'rescore', created_at LIMIT $1
