-- Who has the same as some leads: a few of each, and none that a person has parted from it.
SELECT DISTINCT u.lead_id, r.id, u.reason
FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (key, lead_id, reason)
CROSS JOIN LATERAL (
    SELECT k.lead_id FROM duplicate_keys k
    WHERE k.workspace_id = $1::uuid AND k.key = u.key AND k.lead_id <> u.lead_id ORDER BY k.lead_id LIMIT 20) k
JOIN leads n ON n.workspace_id = $1::uuid AND n.id = k.lead_id
JOIN leads r ON r.workspace_id = $1::uuid AND r.id = coalesce(n.merged_into, n.id) AND r.id <> u.lead_id
WHERE NOT EXISTS (SELECT FROM merges m WHERE m.workspace_id = $1::uuid AND m.member = r.id AND m.lead_id = u.lead_id AND m.undone_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM merges m WHERE m.workspace_id = $1::uuid AND m.member = u.lead_id AND m.lead_id = r.id AND m.undone_at IS NOT NULL)
