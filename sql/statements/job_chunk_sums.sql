-- How far a job's pieces are.
SELECT count(*), count(done_at), COALESCE(sum(leads), 0)::int8, COALESCE(sum(leads) FILTER (WHERE done_at IS NOT NULL), 0)::int8,
       COALESCE(sum(changed), 0)::int8, COALESCE(sum(transitions), 0)::int8
FROM job_chunks WHERE workspace_id = $1 AND job_id = $2
