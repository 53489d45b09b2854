-- Merges of some leads that a person has undone.
SELECT lead_id, member FROM merges WHERE workspace_id = $1::uuid AND member = ANY ($2::uuid[]) AND undone_at IS NOT NULL
UNION
SELECT lead_id, member FROM merges WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[]) AND undone_at IS NOT NULL
