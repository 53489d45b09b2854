-- What a tenant's oldest untold rows are about, with all that is untold of the same leads: a clock that was behind must not put a lead's later row before an earlier one.
-- Rows that are erased meanwhile are not returned.
UPDATE outbox o SET fanned_at = $3
FROM (SELECT q.id
      FROM (SELECT DISTINCT f.lead_id
            FROM (SELECT lead_id FROM outbox WHERE workspace_id = $1 AND fanned_at IS NULL ORDER BY id LIMIT $2) f) l
      JOIN outbox q ON q.workspace_id = $1 AND q.lead_id = l.lead_id AND q.fanned_at IS NULL) t
WHERE o.workspace_id = $1 AND o.id = t.id AND o.fanned_at IS NULL
RETURNING o.id, o.lead_id, o.lead_version, o.ordinal, o.topic
