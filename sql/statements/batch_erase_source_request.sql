DELETE FROM source_requests r WHERE r.workspace_id = $1::uuid
AND (r.source_id, r.id) IN (SELECT s.source_id, s.request_id FROM source_request_leads s WHERE s.workspace_id = $1::uuid AND s.lead_id = ANY ($2::uuid[]))
