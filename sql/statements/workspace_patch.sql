-- A tenant's settings; what is NULL stays, but for those that say so apart.
UPDATE workspaces SET name = coalesce($2, name), country = coalesce($3, country), time_zone = coalesce($4, time_zone),
    primary_line = coalesce($5, primary_line), filters = CASE WHEN $6::boolean THEN $7::json ELSE filters END,
    cleaning = CASE WHEN $8::boolean THEN $9::json ELSE cleaning END,
    email_domains = CASE WHEN $10::boolean THEN $11::json ELSE email_domains END,
    event_types = CASE WHEN $12::boolean THEN $13::json ELSE event_types END,
    accounts = CASE WHEN $14::boolean THEN $15::json ELSE accounts END, revision = revision + 1
WHERE id = $1
