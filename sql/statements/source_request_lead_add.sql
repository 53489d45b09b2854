-- Whom a request was about. One that is gone meanwhile has nobody.
INSERT INTO source_request_leads (workspace_id, lead_id, source_id, request_id)
SELECT r.workspace_id, l.lead_id, r.source_id, r.id
FROM source_requests r CROSS JOIN unnest($4::uuid[]) AS l (lead_id)
WHERE r.workspace_id = $1 AND r.source_id = $2 AND r.id = $3
ON CONFLICT (workspace_id, lead_id, source_id, request_id) DO NOTHING
