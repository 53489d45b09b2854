-- What a sales person who is deleted has not accepted yet goes back to the desk.
SELECT h.id, h.lead_id, h.version FROM handoffs h
WHERE h.workspace_id = $1 AND h.assignee = $2 AND h.state = 'assigned' ORDER BY h.id LIMIT 1000
