-- Who is or was on a journey, who started last first.
SELECT r.lead_id, r.run, r.state, r.started_at, r.step, r.next_at, r.ended_at, r.reason,
    (SELECT json_agg(json_build_object('step', s.step, 'template', s.template, 'at', to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY s.at)
     FROM journey_steps s WHERE s.workspace_id = $1 AND s.journey_id = $2 AND s.lead_id = r.lead_id AND s.run = r.run)
FROM journey_runs r
WHERE r.workspace_id = $1 AND r.journey_id = $2 AND ($3::text IS NULL OR r.state = $3) AND (r.started_at, r.lead_id) < ($4, $5)
ORDER BY r.started_at DESC, r.lead_id DESC
LIMIT $6
