-- Held transitions enter the feed.
UPDATE transitions SET held = false WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) AND held
