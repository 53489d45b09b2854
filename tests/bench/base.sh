# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# seed_base LEADS: the workspace `base` with so many leads of ten events each (base.sql), scored under version 1 by the service, which must be running. Sets base (its id); a
# second call finds it done.
seed_base() {
    [[ -z ${base:-} ]] || return 0
    base=$("$binary" workspace create base)
    say "seeding $1 leads and ten events each"
    local began=$SECONDS
    "$pg_bin/psql" -X -q -d "$url" -v workspace="$base" -v leads="$1" -f "$here/base.sql" >/dev/null
    printf '    seeded in %s s\n' $((SECONDS - began)) >&2
    # What the first model moves is told to nobody.
    pg_query "UPDATE models SET transitions = 'quiet' WHERE workspace_id = '$base'" bench
    "$binary" rescore --workspace base --watch >/dev/null
    pg_query 'VACUUM ANALYZE leads, lead_tags, lead_terms, transitions, outbox, handoffs' bench
}

# base_call METHOD PATH [BODY]: a request to the service about the workspace `base`; prints the reply.
base_call() {
    base_key=${base_key:-$("$binary" key create --workspace base --role admin)}
    curl -sf -X "$1" "http://127.0.0.1:$port$2" -H "Authorization: Bearer $base_key" -H 'Content-Type: application/json' "${@:3}" || die "$1 $2 was refused"
}
# member NAME: of the JSON object on standard input.
member() { node -p "JSON.parse(require('fs').readFileSync(0, 'utf8'))['$1']"; }
# draft_base: a draft in which one rule is worth more than in version 1; prints its version.
draft_base() {
    base_call GET /v1/models/1 | node -e "
        const { document } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
        document.engagement.rules.find((r) => r.id === 'pricing_page').points = 35
        console.log(JSON.stringify({ document }))" >"$state/draft.json"
    base_call POST /v1/models --data-binary @"$state/draft.json" | member version
}

# rescore_seconds JOB: from its start until the last lead was under the model; it then waits a few seconds for stragglers before it says it is done.
rescore_seconds() {
    pg_query "SELECT round(extract(epoch FROM max(c.done_at) - j.started_at)::numeric, 1) FROM jobs j JOIN job_chunks c ON c.workspace_id = j.workspace_id AND c.job_id = j.id
        WHERE j.id = '$1' AND j.state = 'done' GROUP BY j.started_at" bench
}
