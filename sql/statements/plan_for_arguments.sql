-- Until COMMIT: plan each statement for the arguments it gets.
SET LOCAL plan_cache_mode = force_custom_plan
