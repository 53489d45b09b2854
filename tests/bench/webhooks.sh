# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# Webhooks: transitions to endpoints that answer as they please while the service is killed, the healthy one's p99 beside runs without the bad ones; and the time to the first attempt with a hundred endpoints.
if [[ ! tests/node_modules/.package-lock.json -nt tests/package-lock.json ]]; then npm ci --prefix tests --no-audit --no-fund >"$state/npm.log" 2>&1 || die 'npm ci failed'; fi
LEADSCORE_TEST_BINARY=$binary LEADSCORE_TEST_DATABASE_URL=$url LEADSCORE_TEST_PGBIN=$pg_bin node "$here/webhooks.mjs" "$transitions"
