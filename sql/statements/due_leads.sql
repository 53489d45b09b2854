-- The leads of a tenant that are due at $2 under the primary model or one of the others, oldest first, after the place ($3, $4) that this sweep
-- has reached. A lead may come once for each model. Scores under models that are no longer in use are not looked at: nobody brings them up to date.
SELECT id, next_change_at FROM (
    (SELECT id, next_change_at FROM leads
     WHERE workspace_id = $1 AND next_change_at <= $2 AND (next_change_at, id) > ($3, $4)
     ORDER BY next_change_at, id
     LIMIT $5)
    UNION ALL
    (SELECT lead_id, next_change_at FROM lead_scores
     WHERE workspace_id = $1 AND next_change_at <= $2 AND (next_change_at, lead_id) > ($3, $4)
         AND model_version = ANY ((SELECT w.other_models FROM workspaces w WHERE w.id = $1)::bigint[])
     ORDER BY next_change_at, lead_id
     LIMIT $5)) due
ORDER BY next_change_at, id
LIMIT $5
