#!/usr/bin/env bash
# The command line and the life of the service: what each command prints where, exit codes, configuration, signals, systemd's notices. TAP; run by
# tests/run.sh.
# shellcheck disable=SC2317,SC2016,SC2119,SC2120 # functions are called by name; what is quoted is meant so
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$LEADSCORE_TEST_TMP/cli
rm -rf "$work"
mkdir -p "$work"
cd "$work"
cluster=$root/tests/lib/cluster
binary=$LEADSCORE_TEST_BINARY
database=leadscore_cli
"$cluster" createdb "$database"
owner=$("$cluster" url leadscore_owner "$database")
runtime=$("$cluster" url leadscore "$database")
unset DATABASE_URL DATABASE_READ_URL NOTIFY_SOCKET WATCHDOG_USEC
for name in $(compgen -e LEADSCORE_ | grep -v '^LEADSCORE_TEST_'); do unset "$name"; done

count=0 failures=0
# check TITLE COMMAND...
check() {
    local title=$1 status=0
    shift
    "$@" >check 2>&1 || status=$?
    count=$((count + 1))
    if [[ $status == 0 ]]; then
        printf 'ok %d - %s\n' "$count" "$title"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$count" "$title"
        sed 's/^/# /' check out err log 2>/dev/null || true
    fi
}
is() { [[ $1 == "$2" ]] || { printf 'got:  %s\nwant: %s\n' "$1" "$2" && return 1; }; }
# run STATUS ARGUMENT...: its output in out and err.
run() {
    local want=$1 status=0
    shift
    "$binary" "$@" >out 2>err </dev/null || status=$?
    is "$status" "$want"
}
out() { grep -qE -- "$1" out; }
err() { grep -qE -- "$1" err; }
silent() { [[ ! -s $1 ]]; }

# 1. Words.
check 'no command is wrong usage' run 2
check 'help is told on standard error then' err '^  serve '
check 'help is help' run 0 --help
check 'on standard output' out '^  workspace create NAME '
while read -r command; do
    # shellcheck disable=SC2086
    check "leadscore $command --help" run 0 $command --help
    check 'has a usage line' out "^usage: leadscore $command"
    # shellcheck disable=SC2086
    check 'refuses an unknown option' run 2 $command --no-such-option
    check 'and says so' err 'there is no option --no-such-option'
done < <("$binary" --help | sed -nE 's/^  ([a-z]+( [a-z]+)?) .*/\1/p')
check 'an unknown command' run 2 serv
check 'is hinted at' err 'did you mean serve\?'
check 'half a command' run 2 key
check 'shows the other half' err 'leadscore key revoke ID'
check 'a mistyped option is hinted at' run 2 key create --wrkspace x
check 'by its neighbour' err 'did you mean --workspace\?'
check 'an option without its value' run 2 key create --workspace
check 'an option given twice' run 2 key create --role read --role read
check 'too many operands' run 2 workspace create a b --database-url x
check 'version' run 0 version
check 'is one line' is "$(grep -cE '^leadscore [0-9]+\.[0-9]+\.[0-9]+$' out)" 1
check 'and tells the time zone data' is "$(grep -cE '^time zones: tzdata 20[0-9]{2}[a-z]' out)" 1
check 'a database is needed' run 2 workspace list
check 'and asked for' err 'DATABASE_URL'
check 'one that is away is a failure' run 1 workspace list --database-url 'host=/nowhere'

# 2. The schema.
export DATABASE_URL=$runtime
check 'the role of run time may not migrate' run 1 migrate
check 'and is told who may' err 'leadscore migrate --grant-to ROLE'
check 'an empty database is not fit' run 1 doctor
check 'nor up to date' run 3 migrate --check
check 'and serve does not start on it' run 1 serve --no-migrate
check 'but says what to run' err 'run `leadscore migrate`'
check 'nor without --no-migrate' run 1 serve
check 'the owner migrates' run 0 migrate --grant-to leadscore --database-url "$owner"
check 'again, too' run 0 migrate --grant-to leadscore --database-url "$owner"
check 'a role that is not there' run 3 migrate --grant-to nobody_at_all --database-url "$owner"
check 'now it is up to date' run 0 migrate --check
if [[ $("$LEADSCORE_TEST_PGBIN/psql" -XAtc 'SHOW fsync' "$runtime") == on ]]; then fit=0; else fit=1; fi
check 'and fit, but for the durability of a test cluster' run $fit doctor
check 'with one line a question' is "$(awk '{ print $2 }' out | head -9 | tr '\n' ' ')" 'connection version encoding durability commit clock schema role privileges '
check 'all others good' is "$(grep -c '^BAD' out)" $fit

# 3. Workspaces, keys, models.
check 'a workspace' run 0 workspace create acme
check 'its id alone is printed' is "$(grep -cE '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$' out)/$(wc -l <out)" 1/1
id=$(<out)
check 'the same again' run 3 workspace create acme
check 'prints nothing' silent out
check 'a wrong country' run 2 workspace create b --country china
check 'a time zone that is none' run 2 workspace create b --time-zone Asia/Nowhere
check 'is named' err '--time-zone: "Asia/Nowhere" is not '
check 'prints nothing' silent out
check 'a model that is none' run 2 workspace create b --model <(echo '{"fit":{"rules":[{"id":"a"}]},"x":1}')
check 'has its faults named' err '/fit/rules/0'
check 'all of them' err '/x'
check 'the default model is a good one' run 0 model check <("$binary" model default)
check 'a workspace with a model' run 0 workspace create b --model <("$binary" model default) --country DE
check 'both are listed' run 0 workspace list
check 'by id and name' is "$(cut -f 2,3 out | tr '\t\n' '  ')" 'acme CN b DE '
check 'with ids' is "$(awk -F '\t' '$2 == "acme" { print $1 }' out)" "$id"
setting() { "$LEADSCORE_TEST_PGBIN/psql" -XAtc "SELECT time_zone FROM workspaces WHERE name = '$1'" "$owner"; }
zone_of_model() { "$binary" model show --workspace "$1" 2>/dev/null | sed -nE 's/^  "time_zone": "(.*)",?$/\1/p'; }
check 'a workspace in Berlin' run 0 workspace create berlin --time-zone Europe/Berlin
check 'has that time zone' is "$(setting berlin)" Europe/Berlin
check 'and so has its model' is "$(zone_of_model berlin)" Europe/Berlin
check 'one with a document that says nothing of it' run 0 workspace create offset --time-zone=-03:30 --model <(echo '{"fit":{"max":5}}')
check 'the same' is "$(setting offset) $(zone_of_model offset)" '-03:30 -03:30'
check 'a document with a time zone of its own' run 0 workspace create own --time-zone Europe/Berlin --model <(echo '{"time_zone":"Asia/Tokyo"}')
check 'keeps it' is "$(setting own) $(zone_of_model own)" 'Europe/Berlin Asia/Tokyo'
check 'without one it is UTC' is "$(setting acme)" UTC
check 'a key' run 0 key create --workspace acme --role ingest --label 'a b' --expires-in P90D
check 'is printed alone' is "$(grep -cE '^lsk_[A-Za-z0-9_-]{64}$' out)/$(wc -l <out)" 1/1
key=$(<out)
check 'a workspace goes by its id too' run 0 key create --workspace "$id" --role publish --origin https://a.example --origin http://b:1
check 'keys are listed' run 0 key list --workspace acme
check 'without themselves' is "$(grep -c "$key" out || true)" 0
check 'with what is known of them' is "$(cut -f 2,4,7,8 out | tr '\t\n' '  ')" 'ingest live - a b publish live https://a.example,http://b:1  '
key_id=$(head -1 out | cut -f 1)
check 'a key of nobody' run 3 key create --workspace nobody --role read
check 'a wrong role' run 2 key create --workspace acme --role boss
check 'a wrong duration' run 2 key create --workspace acme --role read --expires-in 90d
check 'an origin for another role' run 2 key create --workspace acme --role read --origin https://a.example
check 'an origin that is none' run 2 key create --workspace acme --role publish --origin a.example
check 'another workspace does not revoke it' run 3 key revoke "$key_id" --workspace b
check 'its own does' run 0 key revoke "$key_id" --workspace acme
check 'once' run 3 key revoke "$key_id" --workspace acme
check 'and it is shown' is "$("$binary" key list --workspace acme | head -1 | cut -f 4)" revoked
check 'the active model' run 0 model show --workspace acme
check 'is the default one' is "$(md5sum <out)" "$("$binary" model default | md5sum)"
check 'a version that is not there' run 3 model show --workspace acme --version 9
full() { "$binary" workspace list >/dev/full 2>err; }
check 'output that cannot be written is a failure' eval '! full'

# 4. Configuration: flag, environment, file, default.
cat >conf <<'END_OF_CONF'
# a comment
LEADSCORE_LISTEN = "127.0.0.1:1"
LEADSCORE_THREADS=3
END_OF_CONF
check 'a file is read' run 1 healthcheck --config conf
check 'and its values used' err '127\.0\.0\.1:1/readyz'
LEADSCORE_LISTEN=127.0.0.1:2 check 'the environment wins over it' run 1 healthcheck --config conf
check 'so that it' err '127\.0\.0\.1:2/readyz'
LEADSCORE_LISTEN=127.0.0.1:2 check 'a flag wins over both' run 1 healthcheck --config conf --listen '[::1]:3'
check 'so that it' err '\[::1\]:3/readyz'
LEADSCORE_LISTEN='' check 'an empty variable is none' run 1 healthcheck --config conf
check 'so that the file' err '127\.0\.0\.1:1/readyz'
check 'the default is told' is "$("$binary" serve --help-markdown | grep -c '`LEADSCORE_LISTEN` | `--listen` | `127.0.0.1:8080`')" 1
check 'a file that is not there' run 2 healthcheck --config nowhere
bad_conf() { printf '%s\n' "$1" >bad && run 2 serve --config bad && err "$2"; }
check 'an unknown setting in a file' bad_conf LEADSCORE_THREDS=3 '^leadscore: bad:1: .*did you mean LEADSCORE_THREADS'
check 'a line that is none' bad_conf LEADSCORE_THREADS '^leadscore: bad:1: not KEY=VALUE'
check 'a number out of range' bad_conf LEADSCORE_THREADS=65 'LEADSCORE_THREADS: "65" is not a whole number from 0 to 64'
for value in 'listen 8080' 'listen :8080' 'listen ::1:8080' 'listen 127.0.0.1:65536' 'threads -1' 'threads 1.5' 'threads 0x10' 'log-level loud' 'log-requests yes' \
    'lanes 0' 'queue-max 99999999999999999999'; do
    # shellcheck disable=SC2086
    check "--$value is refused" run 2 serve --${value%% *} "${value#* }"
done
check 'the table of settings' run 0 serve --help-markdown
check 'has every setting of --help' is "$(grep -cE '^\| `(DATABASE|LEADSCORE)_' out)" "$("$binary" serve --help | tr '\n' ' ' | grep -oE '\[(DATABASE|LEADSCORE)_[A-Z_]+\]' | wc -l)"

# 5. The service.
# start ARGUMENT...: serve on free ports; sets service and url.
start() {
    local tries
    "$binary" serve --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 "$@" >out 2>log </dev/null &
    service=$!
    for ((tries = 0; tries < 300; tries++)); do
        if grep -q '"event":"ready"' log; then
            url=$(sed -nE 's/.*"event":"ready".*"url":"([^"]*)".*/\1/p' log)
            return 0
        fi
        kill -0 "$service" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
ended() {
    local status=0
    wait "$service" || status=$?
    is "$status" "$1"
}
logged() { grep -qE -- "$1" log; }
json_lines() { python3 -c 'import json, sys; [json.loads(l) for l in open("log")]'; }
soon() { # COMMAND...: within ten seconds
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        if "$@"; then return 0; fi
        sleep 0.1
    done
    return 1
}
check 'it starts with the role of run time' start
check 'is healthy' run 0 healthcheck "$url/readyz"
check 'where it says' run 0 healthcheck --listen "${url#http://}"
check 'not elsewhere' run 1 healthcheck "$url/nowhere"
check 'its port is taken' run 1 serve --listen "${url#http://}" --metrics-listen off
kill -TERM "$service"
check 'it ends on SIGTERM with success' ended 0
check 'says so' logged '"event":"stopped"'
check 'in JSON alone' json_lines
check 'and printed nothing' silent out
check 'it starts again' start --no-migrate --metrics-listen off
kill -INT "$service"
check 'and ends on SIGINT' ended 0

echo LEADSCORE_LOG_LEVEL=error >level
check 'it starts quietly' eval '"$binary" serve --listen 127.0.0.1:0 --metrics-listen off --config level >out 2>log </dev/null & service=$!; soon kill -0 $service'
sleep 1
check 'says nothing' silent log
echo LEADSCORE_LOG_LEVEL=info >level
kill -HUP "$service"
check 'rereads its level on SIGHUP' soon logged '"event":"log level reread"'
kill -TERM "$service"
check 'and goes on until SIGTERM' ended 0

# A request under way keeps a first signal waiting; the second ends it all.
cat >hold.py <<'END_OF_PYTHON'
import socket, sys, time
s = socket.create_connection(('127.0.0.1', int(sys.argv[1].rsplit(':', 1)[1])))
s.sendall(b'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\nAuthorization: Bearer ' + sys.argv[2].encode() + b'\r\n\r\n{')
print('held', flush=True)
time.sleep(60)
END_OF_PYTHON
key=$("$binary" key create --workspace acme --role ingest 2>/dev/null)
check 'it starts once more' start
python3 hold.py "$url" "$key" >held 2>&1 &
holder=$!
check 'a request is under way' soon grep -q held held
sleep 0.5
kill -TERM "$service"
check 'it waits for it' soon logged '"event":"stopping"'
sleep 0.5
check 'so it is still there' kill -0 "$service"
kill -TERM "$service"
check 'the second signal ends it at once' ended $((128 + 15))
kill "$holder" 2>/dev/null || true
wait "$holder" 2>/dev/null || true

# systemd.
cat >notices.py <<'END_OF_PYTHON'
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('notify')
while True:
    print(s.recv(4096).decode().replace('\n', ' '), flush=True)
END_OF_PYTHON
python3 notices.py >notices &
listener=$!
soon test -S notify
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=900000 start
check 'systemd hears of its readiness' soon grep -q '^READY=1 STATUS=serving http' notices
beats() { (($(grep -c '^WATCHDOG=1' notices) >= 3)); }
check 'and of its health' soon beats
kill -TERM "$service"
check 'until it ends' ended 0
check 'and of its end' soon grep -q '^STOPPING=1' notices
kill "$listener"
wait "$listener" 2>/dev/null || true

# A database that comes later.
"$cluster" stop
"$binary" serve --listen 127.0.0.1:0 --metrics-listen off >out 2>log </dev/null &
service=$!
check 'without a database it waits' soon logged '"event":"waiting for the database"'
kill -TERM "$service"
check 'and may be told to stop' ended 0
"$binary" serve --listen 127.0.0.1:0 --metrics-listen off >out 2>log </dev/null &
service=$!
check 'or waits' soon logged '"event":"waiting for the database"'
"$cluster" start
check 'until it is there' soon logged '"event":"ready"'
kill -TERM "$service"
check 'and ends' ended 0
printf '1..%d\n' "$count"
((failures == 0))
