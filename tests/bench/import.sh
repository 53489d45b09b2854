# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# POST /v1/import of lines of events, against COPY of the same rows into one table without an index; and what the service's memory grows to meanwhile.
lines=$state/import.ndjson
say "writing $import_events events"
# shellcheck disable=SC2016 # the script is JavaScript with templates of its own
LINES=$lines node -e '
const [n, leads] = process.argv.slice(1).map(Number)
const out = require("fs").createWriteStream(process.env.LINES)
const types = [["page_view", { path: "/pricing" }], ["email_open", { message_id: "m" }], ["content_download", { kind: "white_paper", name: "w" }], ["page_view", { path: "/blog/why" }]]
let i = 0
const write = () => {
  for (; i < n; i++) {
    const [type, properties] = types[i % 4]
    const at = new Date(1767225600000 + i * 10).toISOString()
    if (!out.write(JSON.stringify({ event_id: `import-${i}`, type, occurred_at: at, lead: { external_id: `import-${(i * 7919) % leads}` }, properties }) + "\n")) return void out.once("drain", (i++, write))
  }
  out.end()
}
write()' "$import_events" "$((import_events / 10 + 1))"
peak_mib() { awk '/^VmHWM/ { printf "%.1f", $2 / 1024 }' "/proc/$service_pid/status"; }

# The same rows as the service would store them, for psql's \copy.
python3 - "$lines" "$state/import.copy" "$workspace" <<'END_OF_PYTHON'
import hashlib, json, sys, uuid
source, target, workspace = sys.argv[1:]
with open(source, encoding='utf-8') as lines, open(target, 'w', encoding='utf-8') as out:
    for line in lines:
        e = json.loads(line)
        key = uuid.UUID(bytes=hashlib.sha256(e['event_id'].encode()).digest()[:16])
        lead = uuid.UUID(bytes=hashlib.sha256(e['lead']['external_id'].encode()).digest()[:16])
        out.write('\t'.join([workspace, str(lead), str(key), e['occurred_at'], e['occurred_at'], e['type'], e['event_id'], json.dumps(e['properties'])]) + '\n')
END_OF_PYTHON
for ((round = 1; round <= rounds; round++)); do
    stop_service
    pg_query 'TRUNCATE events, leads, identities, lead_tags, lead_terms, transitions, handoffs, outbox CASCADE' bench
    settle
    start_service
    idle=$(rss_mib)
    curl -sf -X POST -T "$lines" -H "Authorization: Bearer $BENCH_KEY" "http://127.0.0.1:$port/v1/import" >"$state/import.out" || die 'the import failed'
    grep -q '"failed":0' "$state/import.out" || { tail -n 3 "$state/import.out" >&2 && die 'lines were refused'; }
    note import "$(sed -n 's/.*"lines":\([0-9]*\).*"seconds":\([0-9.]*\).*/\1 \2/p' "$state/import.out" | awk '{ printf "%.0f\n", $1 / $2 }')"
    note import-peak-mib "$(peak_mib)"
    pg_query 'DROP TABLE IF EXISTS copied; CREATE TABLE copied (workspace_id uuid, lead_id uuid, key uuid, occurred_at timestamptz, received_at timestamptz, type text, event_id text, properties json)' bench
    settle
    began=$EPOCHREALTIME
    "$pg_bin/psql" -X -q -d "$url" -c "\\copy copied FROM '$state/import.copy'"
    note copy "$(awk -v n="$import_events" -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f\n", n / (b - a) }')"
done
printf '\nImport of %s events by lines, one request: %s events a second; COPY of the same rows into one table %s (%s). Service: %s MiB idle, peak %s MiB\n' "$import_events" \
    "$(med import)" "$(med copy)" "$(ratio import copy)" "$idle" "$(med import-peak-mib)"
rm -f "$lines" "$state/import.copy"
