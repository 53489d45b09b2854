-- The types of events that answer a lead, beside the tenant's settings, which every batch reads; NULL: those of the defaults.
UPDATE workspaces
SET response_events = CASE WHEN json_typeof($2::json #> '{sla, response_events}') = 'array' THEN ARRAY(SELECT json_array_elements_text($2::json #> '{sla, response_events}')) END
WHERE id = $1
