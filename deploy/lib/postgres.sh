# shellcheck shell=bash
# Private PostgreSQL clusters for the demo and the tests: made with initdb, owned by an unprivileged user, reached through a Unix socket in
# a folder of mode 0700 and by no other way (no TCP), so that trust inside it is file permissions. An existing cluster of the machine is
# never touched. Needs common.sh. The life of one: pg_ready_binaries, pg_place, pg_create, pg_start, pg_stop.

# pg_ready_binaries [VERSION]: finds the newest server on the machine (or that VERSION), installing Debian's if there is none; sets pg_bin,
# and pg_user, the user that servers run as.
pg_ready_binaries() {
    pg_bin=$(pg_find "${1:-}") || {
        [[ -z ${1:-} ]] || die "the data folder is of PostgreSQL $1, which is not installed: install postgresql-$1, or move the folder away"
        # Debian's package makes and starts a cluster on port 5432 of its own accord; nobody asked for that one.
        local drop_in=/etc/postgresql-common/createcluster.d/leadscore.conf
        as_root sh -c "mkdir -p '${drop_in%/*}' && echo 'create_main_cluster = false' >'$drop_in'" ||
            die "run this as root, or install sudo, or have the package postgresql installed, or set DATABASE_URL"
        local installed=0
        (need_packages postgresql) || installed=$?
        as_root rm -f "$drop_in"
        ((installed == 0)) || exit "$installed"
        pg_bin=$(pg_find) || die "the package postgresql is installed, but /usr/lib/postgresql/*/bin/initdb is not there"
    }
    if ((EUID == 0)); then
        pg_user=postgres
        getent passwd "$pg_user" >/dev/null || pg_user=nobody
    else
        pg_user=$(id -un)
    fi
}

pg_find() {
    local initdb best=''
    # shellcheck disable=SC2086 # the star is a pattern
    while IFS= read -r initdb; do
        [[ -x $initdb && -x ${initdb%initdb}postgres ]] && best=${initdb%/initdb}
    done < <(printf '%s\n' /usr/lib/postgresql/${1:-*}/bin/initdb | sort -V)
    [[ -n $best ]] && printf '%s\n' "$best"
}

# pg_as COMMAND...: as pg_user, in a folder that it may enter. A server started so does not carry the mark of the test run.
pg_as() {
    if ((EUID == 0)); then
        (cd / && exec setpriv --reuid="$pg_user" --regid="$(id -g "$pg_user")" --init-groups --inh-caps=-all --no-new-privs \
            env -u LEADSCORE_TEST_RUN HOME=/ "$@")
    else
        env -u LEADSCORE_TEST_RUN "$@"
    fi
}

# pg_place DIRECTORY: makes DIRECTORY fit for a cluster: owned by pg_user, mode 0700. Where pg_user cannot reach it (a checkout in /root),
# it becomes a link to a folder of /var/lib.
pg_place() {
    local directory=$1 parent
    parent=$(dirname "$directory")
    mkdir -p "$parent"
    if [[ ! -d $directory ]] && ((EUID == 0)) && ! pg_as test -x "$parent"; then
        local elsewhere
        elsewhere=/var/lib/leadscore-$(printf '%s' "$directory" | sha256sum | cut -c1-12)
        say "$pg_user may not enter $parent: the data goes to $elsewhere"
        mkdir -p "$elsewhere"
        ln -sfn "$elsewhere" "$directory"
    fi
    mkdir -p "$directory"
    if ((EUID == 0)); then chown "$pg_user:" "$directory/"; fi
    chmod 0700 "$directory/"
    pg_as test -w "$(readlink -f "$directory")" || die "$pg_user cannot write to $directory"
}

# pg_create PLACE durable|fast: makes the cluster PLACE/data unless it is there. `fast` may lose everything when the machine goes down, and
# is for tests. It comes into being under another name, so that a broken-off initdb leaves nothing that looks like a cluster.
pg_create() {
    local place data settings
    place=$(readlink -f "$1")
    data=$place/data
    [[ -e $data/PG_VERSION ]] && return 0
    say "making a PostgreSQL cluster in $1"
    rm -rf "${data:?}" "$data.new"
    local options=(--pgdata="$data.new" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8)
    settings="listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '"
    if [[ $2 == fast ]]; then
        options+=(--no-sync)
        settings+=$'\nfsync = off\nfull_page_writes = off'
    fi
    pg_as "$pg_bin/initdb" "${options[@]}" >"$1.initdb.log" 2>&1 || {
        tail -n 20 "$1.initdb.log" >&2
        die "initdb failed"
    }
    rm -f "$1.initdb.log"
    # shellcheck disable=SC2016
    printf '%s\n' "$settings" | pg_as sh -c 'cat >>"$1/postgresql.conf" && mv "$1" "$2"' sh "$data.new" "$data"
}

# pg_start PLACE: starts PLACE/data and waits until it answers; sets pg_data and pg_socket (a short folder: a socket's path holds 107
# bytes). A server that an earlier, killed run left behind is stopped first.
pg_start() {
    local place
    place=$(readlink -f "$1")
    pg_data=$place/data
    pg_socket=$place/socket
    # A dead server whose process nobody has collected yet passes for a live one with pg_ctl and with the next server.
    local postmaster
    postmaster=$(head -n 1 "$pg_data/postmaster.pid" 2>/dev/null) || postmaster=''
    if [[ -n $postmaster ]] && ! alive "$postmaster"; then rm -f "$pg_data/postmaster.pid" "$pg_socket"/.s.PGSQL.*; fi
    if pg_as "$pg_bin/pg_ctl" status -D "$pg_data" >/dev/null 2>&1; then
        say "stopping the PostgreSQL that an earlier run left behind"
        pg_stop "$1"
    fi
    if ((${#pg_socket} > 80)); then
        pg_socket=$(pg_as mktemp -d /tmp/leadscore-pg.XXXXXX)
    else
        pg_as mkdir -p -m 0700 "$pg_socket"
    fi
    pg_as touch "$place/log"
    pg_as "$pg_bin/pg_ctl" start -D "$pg_data" -l "$place/log" -w -t 120 -s -o "-k '$pg_socket'" >/dev/null </dev/null || {
        tail -n 20 "$place/log" >&2
        die "PostgreSQL did not start ($1/log)"
    }
}

# pg_stop PLACE: stops the server, the impatient way if the patient one takes more than half a minute. Does nothing when none runs.
pg_stop() {
    local data
    data=$(readlink -f "$1")/data
    pg_as "$pg_bin/pg_ctl" status -D "$data" >/dev/null 2>&1 || return 0
    # A frozen server (a test stops it with SIGSTOP) hears nothing.
    pg_thaw "$data"
    pg_as "$pg_bin/pg_ctl" stop -D "$data" -m fast -w -t 30 -s >/dev/null 2>&1 ||
        pg_as "$pg_bin/pg_ctl" stop -D "$data" -m immediate -w -t 30 -s >/dev/null 2>&1
    if [[ ${pg_socket:-} == /tmp/leadscore-pg.* ]]; then rm -rf "$pg_socket"; fi
}

# pg_processes DATA: the server and its children.
pg_processes() {
    local postmaster
    postmaster=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) || return 0
    printf '%s\n' "$postmaster"
    local status
    for status in /proc/[0-9]*/status; do
        awk -v parent="$postmaster" '$1 == "Pid:" { pid = $2 } $1 == "PPid:" && $2 == parent { print pid }' "$status" 2>/dev/null || true
    done
}

pg_freeze() {
    local process
    for process in $(pg_processes "$1"); do kill -STOP "$process" 2>/dev/null || true; done
}

pg_thaw() {
    local process
    for process in $(pg_processes "$1"); do kill -CONT "$process" 2>/dev/null || true; done
}

# pg_url ROLE DATABASE: how libpq reaches the started cluster.
pg_url() { printf 'postgresql:///%s?host=%s&user=%s\n' "$2" "$pg_socket" "$1"; }

pg_query() { "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$(pg_url postgres "${2:-postgres}")" -c "SET client_min_messages = warning" -c "$1"; }

# pg_database NAME: the roles leadscore_owner (migrates) and leadscore (run time, owns nothing), and the database NAME of the former.
pg_database() {
    local role
    for role in leadscore_owner leadscore; do
        [[ $(pg_query "SELECT count(*) FROM pg_roles WHERE rolname = '$role'") == 1 ]] ||
            pg_query "CREATE ROLE $role LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
    done
    [[ $(pg_query "SELECT count(*) FROM pg_database WHERE datname = '$1'") == 1 ]] && return 0
    pg_query "CREATE DATABASE \"$1\" OWNER leadscore_owner"
    pg_query "REVOKE ALL ON DATABASE \"$1\" FROM PUBLIC; GRANT CONNECT ON DATABASE \"$1\" TO leadscore"
    pg_query "REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO leadscore_owner; GRANT USAGE ON SCHEMA public TO leadscore" "$1"
}
