#!/usr/bin/env bash
# Everything from a clone to a running leadscore with something to look at, on Debian 12 or 13, as root or a user with sudo:
# packages, release build, a private PostgreSQL cluster, a demo workspace with keys, the service, a small scene over HTTP.
# Ctrl-C stops the service, then PostgreSQL; the data stays, and the next start takes seconds.
set -euo pipefail

usage() {
    cat <<'END'
deploy/run.sh [--no-scene] [--check] [--help]

  --no-scene    start and serve, but post nothing
  --check       start, play the scene, stop: for tests
  --help        this

Environment:
  DATABASE_URL              a PostgreSQL of one's own instead of the private cluster; the role must own its database or schema
  LEADSCORE_LISTEN          address of the service, default 127.0.0.1 and the first free port from 8080
  LEADSCORE_METRICS_LISTEN  address of the metrics, default 127.0.0.1 and the first free port from 9464
  LEADSCORE_STATE           folder of the build, the cluster, the keys and the log, default .local
  LEADSCORE_BUILD           folder of the build alone
END
}

scene=yes check=no
while (($#)); do
    case $1 in
        --no-scene) scene=no ;;
        --check) check=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/lib/common.sh
source "$root/deploy/lib/common.sh"
# shellcheck source=deploy/lib/packages.sh
source "$root/deploy/lib/packages.sh"
# shellcheck source=deploy/lib/postgres.sh
source "$root/deploy/lib/postgres.sh"
cd "$root"
state=$(mkdir -p "${LEADSCORE_STATE:-.local}" && cd "${LEADSCORE_STATE:-.local}" && pwd)
# 0600 files inside are the secrets; the folder itself lets the server's user through.
chmod a+x "$state"
# quietly COMMAND...: what it says to a person is shown only if it fails.
quietly() {
    "$@" 2>"$state/said" 9>&- || {
        cat "$state/said" >&2
        return 1
    }
}

own_cluster=no service_pid='' copied=''

# shellcheck disable=SC2317 # run by the trap
shut_down() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    if [[ -n $service_pid ]] && alive "$service_pid"; then
        say 'stopping leadscore'
        stop_process "$service_pid" 40 || say 'leadscore had to be killed'
    fi
    if [[ $own_cluster == yes ]]; then
        say 'stopping PostgreSQL'
        pg_stop "$state/pg" || true
    fi
    rm -f "$state/leadscore.pid" "$state/said"
    [[ -z $copied ]] || rm -rf "$copied"
    exit "$status"
}

exec 9>"$state/run.lock"
flock -n 9 || die "deploy/run.sh is running already in $state"
trap shut_down EXIT
# Stopping is what Ctrl-C is for, so it is a success once the service is up.
stopped_by_hand=130
trap 'exit "$stopped_by_hand"' INT TERM HUP

need_packages "${packages_build[@]}" "${packages_demo[@]}"
build=${LEADSCORE_BUILD:-$state/build}
build_with "$build" --buildtype=release -Dtests=false -Dwerror=false
binary=$build/src/app/leadscore
[[ -x $binary ]] || die "the build made no $binary"

if [[ -n ${DATABASE_URL:-} ]]; then
    keys=$state/demo-$(printf '%s' "$DATABASE_URL" | sha256sum | cut -c1-12).env
    as_service=()
    say 'using the PostgreSQL of DATABASE_URL'
    quietly "$binary" migrate
else
    version=''
    if [[ -e $state/pg/data/PG_VERSION ]]; then version=$(<"$state/pg/data/PG_VERSION"); fi
    pg_ready_binaries "$version"
    pg_place "$state/pg"
    pg_create "$state/pg" durable
    own_cluster=yes
    pg_start "$state/pg" 9>&-
    pg_database leadscore
    DATABASE_URL=$(pg_url leadscore leadscore)
    export DATABASE_URL
    keys=$state/demo.env
    as_service=()
    if ((EUID == 0)); then
        as_service=(setpriv "--reuid=$pg_user" "--regid=$(id -g "$pg_user")" --init-groups --inh-caps=-all --no-new-privs)
        if ! pg_as test -x "$binary"; then
            copied=$(mktemp -d /tmp/leadscore.XXXXXX)
            chmod 0755 "$copied"
            install -m 0755 "$binary" "$copied/leadscore"
        fi
    fi
    quietly env DATABASE_URL="$(pg_url leadscore_owner leadscore)" "$binary" migrate --grant-to leadscore
fi

# The demo's workspace and keys: made once, and again only when the database knows nothing of them.
LEADSCORE_WORKSPACE='' LEADSCORE_SCENE=''
LEADSCORE_ADMIN_KEY='' LEADSCORE_INGEST_KEY='' LEADSCORE_READ_KEY='' LEADSCORE_SALES_KEY=''
# shellcheck disable=SC1090
if [[ -r $keys ]]; then source "$keys"; fi
known=$(quietly "$binary" workspace list | awk -F '\t' '$2 == "demo" { print $1 }')
if [[ -z $known || $known != "$LEADSCORE_WORKSPACE" || -z $LEADSCORE_SALES_KEY ]]; then
    say 'making the workspace demo and its keys'
    LEADSCORE_WORKSPACE=${known:-$(quietly "$binary" workspace create demo)}
    new_key() { quietly "$binary" key create --workspace demo --role "$1" --label "demo $1"; }
    LEADSCORE_ADMIN_KEY=$(new_key admin)
    LEADSCORE_INGEST_KEY=$(new_key ingest)
    LEADSCORE_READ_KEY=$(new_key read)
    LEADSCORE_SALES_KEY=$(new_key sales)
    LEADSCORE_SCENE=$(printf '%06x' $((SRANDOM % 0x1000000)))
fi

if [[ -z ${LEADSCORE_LISTEN:-} ]]; then
    LEADSCORE_LISTEN=127.0.0.1:$(free_port 8080)
    [[ $LEADSCORE_LISTEN == *:8080 ]] || say "port 8080 is taken: listening on $LEADSCORE_LISTEN"
fi
if [[ -z ${LEADSCORE_METRICS_LISTEN:-} ]]; then
    LEADSCORE_METRICS_LISTEN=127.0.0.1:$(free_port 9464)
fi
export LEADSCORE_LISTEN LEADSCORE_METRICS_LISTEN
# A person's browser and curl reach a service that listens everywhere by the loopback address.
reachable() { printf 'http://%s\n' "$1" | sed -E 's#//(0\.0\.0\.0|\[::\]|\*)?:#//127.0.0.1:#'; }
LEADSCORE_URL=$(reachable "$LEADSCORE_LISTEN")
(
    umask 077
    for name in LEADSCORE_URL LEADSCORE_WORKSPACE LEADSCORE_SCENE LEADSCORE_ADMIN_KEY LEADSCORE_INGEST_KEY LEADSCORE_READ_KEY LEADSCORE_SALES_KEY; do
        printf '%s=%q\n' "$name" "${!name}"
    done >"$keys.new"
    mv "$keys.new" "$keys"
)

say "starting leadscore (log: ${state#"$root"/}/leadscore.log)"
run=$binary
[[ -z $copied ]] || run=$copied/leadscore
if ((${#as_service[@]} == 0)); then as_service=(setpriv); fi
# Of its own session, so that a Ctrl-C on the terminal reaches this script alone; and it ends when this script is killed.
setsid "${as_service[@]}" --pdeathsig=TERM -- "$run" serve >>"$state/leadscore.log" 2>&1 </dev/null 9>&- &
service_pid=$!
printf '%s\n' "$service_pid" >"$state/leadscore.pid"
deadline=$((SECONDS + 60))
until curl -sf --max-time 2 -o /dev/null "$LEADSCORE_URL/readyz"; do
    if ! alive "$service_pid" || ((SECONDS >= deadline)); then
        tail -n 20 "$state/leadscore.log" >&2
        die 'leadscore did not become ready'
    fi
    sleep 0.1
done

[[ $check == yes ]] || stopped_by_hand=0

export LEADSCORE_URL LEADSCORE_INGEST_KEY LEADSCORE_READ_KEY LEADSCORE_SCENE
if [[ $scene == yes ]]; then
    # Without `set -e`'s help: the service stays up for a look at what went wrong, unless this is a check.
    if ! "$root/deploy/scene.sh" 9>&-; then
        if [[ $check == yes ]]; then die 'the scene failed'; else say 'the scene failed; see the log'; fi
    fi
fi

cat <<END

  API        $LEADSCORE_URL/v1/        contract: $LEADSCORE_URL/v1/openapi.json
  metrics    $(reachable "$LEADSCORE_METRICS_LISTEN")/metrics
  workspace  demo  $LEADSCORE_WORKSPACE
  keys       admin   $LEADSCORE_ADMIN_KEY
             ingest  $LEADSCORE_INGEST_KEY
             read    $LEADSCORE_READ_KEY
             sales   $LEADSCORE_SALES_KEY
  database   $DATABASE_URL
  kept in    ${keys#"$root"/}

  curl -H 'Authorization: Bearer $LEADSCORE_READ_KEY' '$LEADSCORE_URL/v1/leads?tier=A'

END
[[ $check == no ]] || exit 0
say 'serving; Ctrl-C stops everything'
status=0
wait "$service_pid" || status=$?
tail -n 20 "$state/leadscore.log" >&2
die "leadscore ended by itself (status $status)"
