UPDATE journey_runs SET state = $5, step = $6, next_at = $7, ended_at = $8, reason = $9
WHERE workspace_id = $1 AND journey_id = $2 AND lead_id = $3 AND run = $4
