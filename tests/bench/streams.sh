# shellcheck shell=bash disable=SC2154 # sourced by run.sh, which sets these
# Streams of the change feed held open by one instance: resident memory each, processor time while nothing happens, and how long after a POST the last of them is told.
start_service
ulimit -n "$(ulimit -Hn)"
node "$here/streams.mjs" "http://127.0.0.1:$port" "$BENCH_KEY" "$service_pid" "$streams" 20 >"$state/streams.out"
stop_service
of() { awk -v name="$1" '$1 == name { print $2 }' "$state/streams.out"; }
printf '\nStreams of one workspace: %s held, opened in %s s\n' "$(of held)" "$(of opened_s)"
printf '  resident memory each      %s KiB when opened, %s after 20 s of heartbeats, %s after they were told\n' "$(of kib_each)" "$(of kib_each_idle)" "$(of kib_each_told)"
printf '  processor time            %s ms a second while nothing happens (%s heartbeats)\n' "$(of idle_cpu_ms_per_s)" "$(of beats)"
printf '  from a POST to the client p50 %s ms, p99 %s ms, the last %s ms (medians of 5)\n' "$(of told_p50_ms)" "$(of told_p99_ms)" "$(of told_last_ms)"
