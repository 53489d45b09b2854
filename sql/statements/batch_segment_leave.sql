DELETE FROM segment_members m USING unnest($2::uuid[], $3::uuid[]) AS u (lead_id, segment_id)
WHERE m.workspace_id = $1::uuid AND m.lead_id = u.lead_id AND m.segment_id = u.segment_id
