-- Leads that have been merged into others, or erased, are in no segment.
DELETE FROM segment_members WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
