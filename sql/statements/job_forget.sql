-- Its chunks go with it. Only one that has ended: deleting is not cancelling.
DELETE FROM jobs WHERE workspace_id = $1 AND id = $2 AND state NOT IN ('waiting', 'running')
