-- Leads behind one, in order of id: those merged into others too, for events stay under the lead that they were written under.
SELECT id FROM leads WHERE workspace_id = $1::uuid AND id > $2::uuid ORDER BY id LIMIT $3::bigint
