-- Which segments leads are in, as it was told last.
SELECT lead_id, segment_id FROM segment_members WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) ORDER BY lead_id, segment_id
