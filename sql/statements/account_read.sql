-- One account as readers see it.
SELECT a.id, a.version, a.created_at, a.updated_at, a.score, a.tier, a.leads, a.roles, a.last_activity_at, a.profile, a.told_version
FROM accounts a WHERE a.workspace_id = $1 AND a.id = $2 AND NOT a.deleting
