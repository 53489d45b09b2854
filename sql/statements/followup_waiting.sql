-- Tenants with leads whose follow-ups are to be looked at, and by which clocks.
SELECT w.id, w.time_zone FROM workspaces w WHERE EXISTS (SELECT FROM followup_marks m WHERE m.workspace_id = w.id) LIMIT $1
