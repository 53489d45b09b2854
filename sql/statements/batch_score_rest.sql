-- Scores of leads that have been merged are kept for the day that is undone, and are not due meanwhile.
UPDATE lead_scores SET next_change_at = NULL WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
