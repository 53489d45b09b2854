-- The newest rescore of a version keeps account of what became of the moves it held back: $3 names the figure.
UPDATE jobs j SET result = (COALESCE(j.result::jsonb, '{}') || jsonb_build_object($3::text, COALESCE((j.result->>$3)::int8, 0) + $4::int8))::json
FROM (SELECT id FROM jobs WHERE workspace_id = $1 AND kind = 'rescore' AND model_version = $2 ORDER BY id DESC LIMIT 1) newest
WHERE j.workspace_id = $1 AND j.id = newest.id
