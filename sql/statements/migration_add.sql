-- Notes a migration, in its own transaction.
INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES ($1, $2, $3, now())
