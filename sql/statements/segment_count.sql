-- How many leads are in a segment now.
SELECT count(*) FROM segment_members WHERE workspace_id = $1 AND segment_id = $2
