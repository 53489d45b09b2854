-- Whoever fits or follows a playbook is to be looked at, from the first lead on.
INSERT INTO playbook_sweeps (workspace_id, playbook_id, after) VALUES ($1, $2, '00000000-0000-0000-0000-000000000000')
ON CONFLICT (workspace_id, playbook_id) DO UPDATE SET after = EXCLUDED.after
