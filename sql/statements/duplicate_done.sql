-- Marks that were looked at; one that was set again meanwhile stays.
DELETE FROM duplicate_marks m USING unnest($2::uuid[], $3::int8[]) AS u (lead_id, lead_version)
WHERE m.workspace_id = $1::uuid AND m.lead_id = u.lead_id AND m.lead_version = u.lead_version
