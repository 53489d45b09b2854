-- A name by which other connections see exactly what this transaction sees.
SELECT pg_export_snapshot()
