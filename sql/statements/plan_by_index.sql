-- Until COMMIT: join by index, each row by its own look-up, also while the planner takes a table that just grew for a small one. To it a look-up costs
-- nothing then and a row costs all, else it reads what it takes for a few rows of the tenant again for each row.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('random_page_cost', '0', true), set_config('cpu_operator_cost', '0', true), set_config('cpu_index_tuple_cost', '0.001', true)
