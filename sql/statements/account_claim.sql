-- Somebody tells this account's leads, until then; of two who ask at once one.
UPDATE accounts SET lease_until = $3 WHERE workspace_id = $1 AND id = $2 AND (told_version < version OR deleting) AND (lease_until IS NULL OR lease_until < $4)
