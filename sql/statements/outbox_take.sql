-- What a tenant's first untold rows are about, with all that is untold of the same leads. Rows that are erased meanwhile are not returned.
WITH t AS MATERIALIZED (
    SELECT q.id
    FROM (SELECT DISTINCT f.lead_id
          FROM (SELECT lead_id FROM outbox WHERE workspace_id = $1 AND fanned_at IS NULL ORDER BY place LIMIT $2) f) l
    CROSS JOIN LATERAL (
        SELECT o.id FROM outbox o WHERE o.workspace_id = $1 AND o.lead_id = l.lead_id AND o.fanned_at IS NULL OFFSET 0) q)
UPDATE outbox o SET fanned_at = $3
FROM t
WHERE o.workspace_id = $1 AND o.id = t.id AND o.fanned_at IS NULL
RETURNING o.id, o.lead_id, o.place, o.lead_version, o.ordinal, o.topic
