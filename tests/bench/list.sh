# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# Lists of 50 by tier and score over many leads: first and 1000th page over HTTP, against pgbench running the bare query.
say "seeding up to $list_leads leads for lists"
have=$(pg_query "SELECT count(*) FROM leads" bench)
# leads 1..have may be there from the ingest part
node "$here/seed.mjs" "http://127.0.0.1:$port" "$BENCH_KEY" $((have + 1)) "$list_leads"
pg_query 'VACUUM ANALYZE leads' bench
pg_query 'CHECKPOINT' >/dev/null
tier=$(pg_query "SELECT tier FROM leads GROUP BY tier ORDER BY count(*) DESC LIMIT 1" bench)

# Walking there is the only honest way to a cursor.
cursor=$(node "$here/walk.mjs" "http://127.0.0.1:$port" "$BENCH_KEY" "$tier" 1000)
read -r score id < <(pg_query "SELECT score || ' ' || id FROM leads WHERE workspace_id = '$workspace' AND tier = '$tier' ORDER BY score DESC, id DESC OFFSET 49949 LIMIT 1" bench)
columns="id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage, owner, tags, handoff_id, handoff_state, profile"
printf "SELECT %s FROM leads WHERE workspace_id = '%s' AND tier = '%s' ORDER BY score DESC, id DESC LIMIT 51;\n" "$columns" "$workspace" "$tier" >"$state/first.sql"
printf "SELECT %s FROM leads WHERE workspace_id = '%s' AND tier = '%s' AND (score, id) < (%s, '%s') ORDER BY score DESC, id DESC LIMIT 51;\n" "$columns" "$workspace" "$tier" "$score" "$id" >"$state/deep.sql"

page_rate() {
    wrk -t2 -c32 -d"${seconds}s" -H "Authorization: Bearer $BENCH_KEY" "$1" >"$state/wrk.out"
    ! grep -q 'Non-2xx' "$state/wrk.out" || { cat "$state/wrk.out" >&2 && die 'a list answered with errors'; }
    awk '/^Requests\/sec/ { printf "%.0f\n", $2 }' "$state/wrk.out"
}
query_rate() { "$pg_bin/pgbench" -n -M prepared -c 4 -j 2 -T "$seconds" -f "$1" "$url" 2>/dev/null | awk '/^tps/ { printf "%.0f\n", $3; exit }'; }
for ((round = 1; round <= rounds; round++)); do
    note list-first "$(page_rate "http://127.0.0.1:$port/v1/leads?tier=$tier&limit=50")"
    note query-first "$(query_rate "$state/first.sql")"
    note list-1000th "$(page_rate "http://127.0.0.1:$port/v1/leads?tier=$tier&limit=50&cursor=$cursor")"
    note query-1000th "$(query_rate "$state/deep.sql")"
done
printf '\nLists of 50 by tier and score at %s leads, pages a second\n' "$list_leads"
for page in first 1000th; do
    printf '  %-7s leadscore %6s   pgbench, bare query %6s (%s)\n' "$page" "$(med list-$page)" "$(med query-$page)" "$(ratio list-$page query-$page)"
done
printf '  1000th against first: %s\n' "$(ratio list-1000th list-first)"
