-- Handoffs that nobody has are looked at again at once: somebody may be there for them now.
UPDATE handoffs SET desk_at = $2 WHERE workspace_id = $1 AND state = 'pending' AND (desk_at IS NULL OR desk_at > $2)
