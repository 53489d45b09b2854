-- Until COMMIT: join by index, also while the planner takes a table that just grew for a small one.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
