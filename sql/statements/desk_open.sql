-- How many handoffs each sales person has open.
SELECT h.assignee, count(*) FROM handoffs h
WHERE h.workspace_id = $1 AND h.assignee IS NOT NULL AND h.state IN ('assigned', 'accepted')
GROUP BY h.assignee
