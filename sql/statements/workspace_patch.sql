-- A tenant's settings; what is NULL stays, but for the filters, which say so apart.
UPDATE workspaces SET name = coalesce($2, name), country = coalesce($3, country), time_zone = coalesce($4, time_zone),
    primary_line = coalesce($5, primary_line), filters = CASE WHEN $6::boolean THEN $7::json ELSE filters END, revision = revision + 1
WHERE id = $1
