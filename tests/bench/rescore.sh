# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# A full rescore after an activation, beside what PostgreSQL alone needs to sum up the same events and write one column of the same leads.
# shellcheck source=tests/bench/base.sh
source "$here/base.sh"
seed_base "$base_leads"
say 'a new version becomes active'
version=$(draft_base)
settle
base_call POST "/v1/models/$version/activate" -d '{}' >/dev/null
job=$("$binary" rescore --workspace base --watch)
rescored=$(rescore_seconds "$job")
result=$(pg_query "SELECT result FROM jobs WHERE id = '$job'" bench)
[[ $(pg_query "SELECT count(*) FROM leads WHERE workspace_id = '$base' AND model_version <> $version" bench) == 0 ]] || die 'leads were forgotten'
pg_query 'VACUUM leads' bench
settle
say 'a plain pass of SQL'
plain=$( { TIMEFORMAT=%R; time pg_query "UPDATE leads l SET score = a.score, version = l.version + 1
    FROM (SELECT lead_id, sum(CASE type WHEN 'page_view' THEN 5 WHEN 'demo_request' THEN 40 WHEN 'webinar_attend' THEN 20 ELSE 1 END)::int AS score, max(occurred_at) AS at
          FROM events WHERE workspace_id = '$base' GROUP BY lead_id) a
    WHERE l.workspace_id = '$base' AND l.id = a.lead_id" bench; } 2>&1)
printf '\nRescore of %s leads with ten events each: %s s (%s leads a second; %s)\n' "$base_leads" "$rescored" "$(awk -v n="$base_leads" -v s="$rescored" 'BEGIN { printf "%.0f", n / s }')" "$result"
printf '  a plain SQL pass over the same rows (sums of all events, one UPDATE of all leads): %s s (%s)\n' "$plain" "$(awk -v a="$rescored" -v b="$plain" 'BEGIN { printf "%.2fx", a / b }')"
