-- What names one lead.
SELECT kind, value FROM identities WHERE workspace_id = $1 AND lead_id = $2 ORDER BY kind, value
