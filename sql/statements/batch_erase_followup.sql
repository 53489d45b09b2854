DELETE FROM followups WHERE workspace_id = $1::uuid AND lead_id = ANY ($2::uuid[])
