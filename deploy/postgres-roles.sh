#!/bin/bash
# Run once by PostgreSQL's image over its empty data folder: the database leadscore, the role that migrates it and the role that serves.
set -euo pipefail

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner_password="$LEADSCORE_DB_OWNER_PASSWORD" --set password="$LEADSCORE_DB_PASSWORD" <<'SQL'
CREATE ROLE leadscore_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE leadscore LOGIN PASSWORD :'password';
CREATE DATABASE leadscore OWNER leadscore_owner;
REVOKE ALL ON DATABASE leadscore FROM PUBLIC;
GRANT CONNECT ON DATABASE leadscore TO leadscore;
\connect leadscore
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO leadscore_owner;
GRANT USAGE ON SCHEMA public TO leadscore;
SQL
