-- For `leadscore doctor`.
SELECT current_setting('server_version_num')::int4, current_setting('server_version'), current_setting('server_encoding'),
    current_setting('synchronous_commit'), current_user::text, coalesce(current_schema()::text, ''), clock_timestamp(),
    current_setting('fsync')::bool, current_setting('full_page_writes')::bool, pg_is_in_recovery(),
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), current_setting('is_superuser')::bool,
    current_setting('max_connections')::int4
