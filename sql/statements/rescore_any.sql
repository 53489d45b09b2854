-- Whether a workspace has scores beside its leads' own.
SELECT EXISTS (SELECT FROM lead_scores WHERE workspace_id = $1)
