# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# A draft previewed over a whole base, beside what PostgreSQL alone needs to sum up the same events by lead; and the same of a sample of one per cent.
# shellcheck source=tests/bench/base.sh
source "$here/base.sh"
seed_base "$base_leads"
draft=$(draft_base)
# simulate_seconds OPTION...: how long the job says that it took.
simulate_seconds() { "$binary" model simulate "$draft" --workspace base --watch --json "$@" 2>>"$state/simulate.err" | awk -F'[:,]' '/"took_ms"/ { printf "%.1f", $2 / 1000 }'; }
for ((round = 0; round < rounds; round++)); do
    settle
    note simulate-ds "$(awk -v s="$(simulate_seconds)" 'BEGIN { print s * 10 }')"
    note sample-ds "$(awk -v s="$(simulate_seconds --sample 0.01)" 'BEGIN { print s * 10 }')"
    plain=$( { TIMEFORMAT=%R; time pg_query "SELECT count(*), avg(a.score), max(a.at) FROM (SELECT lead_id, sum(CASE type WHEN 'page_view' THEN 5 WHEN 'demo_request' THEN 40 WHEN 'webinar_attend' THEN 20 ELSE 1 END) AS score,
        max(occurred_at) AS at FROM events WHERE workspace_id = '$base' AND voided_at IS NULL GROUP BY lead_id) a JOIN leads l ON l.workspace_id = '$base' AND l.id = a.lead_id" bench >/dev/null; } 2>&1)
    note sql-ds "$(awk -v s="$plain" 'BEGIN { print s * 10 }')"
done
tenths() { awk -v d="$(med "$1")" 'BEGIN { printf "%.1f", d / 10 }'; }
printf '\nPreview of a draft over %s leads with ten events each: %s s (%s leads a second); of a sample of 1 %%: %s s; peak memory of the service %s MiB\n' "$base_leads" "$(tenths simulate-ds)" \
    "$(awk -v n="$base_leads" -v d="$(med simulate-ds)" 'BEGIN { printf "%.0f", n * 10 / d }')" "$(tenths sample-ds)" "$(awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$service_pid/status")"
printf '  a plain SQL pass over the same rows (sums of all events by lead): %s s (%s)\n' "$(tenths sql-ds)" "$(ratio simulate-ds sql-ds)"
