-- A tenant's settings.
SELECT name, country, time_zone, primary_line, filters, active_model, other_models, revision, created_at, cleaning, email_domains, event_types, accounts, segments_revision FROM workspaces WHERE id = $1
