-- Every $2-th lead by id, and how many there are in all: where the ranges of a sweep begin.
SELECT id, leads FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS leads FROM leads WHERE workspace_id = $1::uuid) AS l
WHERE place % $2::bigint = 0 ORDER BY id
