-- What has been applied, in order.
SELECT number, name, sha256 FROM schema_migrations ORDER BY number
