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

# rescore_seconds JOB: from its start until the last lead was under the model; it then waits a few seconds for stragglers before it says it is done.
rescore_seconds() {
    pg_query "SELECT round(extract(epoch FROM max(c.done_at) - j.started_at)::numeric, 1) FROM jobs j JOIN job_chunks c ON c.workspace_id = j.workspace_id AND c.job_id = j.id
        WHERE j.id = '$1' AND j.state = 'done' GROUP BY j.started_at" bench
}
