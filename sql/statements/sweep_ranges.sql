-- Every $2-th lead by id, and how many there are in all that stand for themselves: where the ranges of a sweep begin.
SELECT id, leads - (SELECT count(*) FROM leads m WHERE m.workspace_id = $1::uuid AND m.merged_into IS NOT NULL) FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS leads FROM leads WHERE workspace_id = $1::uuid) AS l
WHERE place % $2::bigint = 0 ORDER BY id
