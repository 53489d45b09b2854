# shellcheck shell=bash
# What deploy/run.sh and tests/run.sh share: speaking, privileges, packages, the build, free ports. Sourced, never run.
# Everything said to a person goes to standard error. Nothing here starts or stops a server: see postgres.sh.

export LC_ALL=C.UTF-8

if [[ -t 2 ]]; then
    tint_dim=$'\e[2m' tint_red=$'\e[31m' tint_off=$'\e[0m'
else
    tint_dim='' tint_red='' tint_off=''
fi

say() { printf '%s\n' "${tint_dim}==>${tint_off} $*" >&2; }

die() {
    printf '%s\n' "${tint_red}error:${tint_off} $*" >&2
    exit 1
}

# as_root COMMAND...: with the rights of root, by sudo if need be.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 127
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

package_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# need_packages [COMMAND=]PACKAGE...: installs what is missing. With COMMAND the package counts as present when that command is, so that a
# tool installed some other way is left alone.
need_packages() {
    local entry missing=()
    for entry in "$@"; do
        if [[ $entry == *=* ]] && command -v "${entry%%=*}" >/dev/null; then
            continue
        fi
        package_installed "${entry#*=}" || missing+=("${entry#*=}")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || die "these Debian packages are needed, and there is no apt-get here: ${missing[*]}"
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        die "run this as root, or install sudo, or have these packages installed: ${missing[*]}"
    fi
    local log
    log=$(mktemp)
    if [[ -z ${apt_updated:-} ]]; then
        say "reading the package lists"
        apt_run update >"$log" 2>&1 || say "apt-get update had trouble; going on with the lists there are"
        apt_updated=yes
    fi
    say "installing ${missing[*]}"
    if ! apt_run install "${missing[@]}" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        die "could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

apt_run() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold --no-install-recommends "$@" </dev/null
}

# unpack_package PACKAGE DIRECTORY: lays a package's files under DIRECTORY without installing it, for one tool out of a package whose
# installation would start a service.
unpack_package() {
    [[ -e $2/.unpacked-$1 ]] && return 0
    mkdir -p "$2"
    say "fetching $1"
    (
        cd "$2"
        if ! apt-get download "$1" >/dev/null 2>&1; then
            apt_run update >/dev/null 2>&1 || true
            apt-get download "$1" >/dev/null 2>&1
        fi && for package in ./"$1"_*.deb; do dpkg-deb -x "$package" . && rm -f "$package"; done && touch ".unpacked-$1"
    ) || return 1
}

# build_with DIRECTORY MESON_OPTION...: configures once, then builds what changed. A folder that a broken-off run left half configured is
# made again. One build at a time per folder.
build_with() {
    mkdir -p "$(dirname "$1")"
    (
        flock 8
        build_alone "$@" 8>&-
    ) 8>"$1.lock"
}

build_alone() {
    local directory=$1 log=$1.log
    shift
    if [[ ! -e $directory/build.ninja ]]; then
        say "configuring ${directory#"$PWD"/}"
        rm -rf "$directory"
        meson setup "$directory" "$@" >"$log" 2>&1 || {
            tail -n 30 "$log" >&2
            die "meson could not configure the build"
        }
    fi
    if [[ $(ninja -C "$directory" -n 2>/dev/null) == *'no work to do'* ]]; then
        return 0
    fi
    say "building ${directory#"$PWD"/}"
    ninja -C "$directory" >"$log" 2>&1 || {
        grep -v "^\[[0-9]*/" "$log" | tail -n 60 >&2
        die "the build failed (${log#"$PWD"/})"
    }
}

port_in_use() { (exec 3<>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null; }

# free_port FIRST: the first port from FIRST on that nobody on this machine listens on.
free_port() {
    local port
    for ((port = $1; port < $1 + 200; port++)); do
        if ! port_in_use "$port"; then
            printf '%s\n' "$port"
            return 0
        fi
    done
    return 1
}

# alive PID: true while the process runs (a zombie does not).
alive() {
    local state
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    [[ -n $state && $state != Z ]]
}

# stop_process PID SECONDS: asks it to end, and ends it if it has not after SECONDS. Returns 1 if it had to be killed.
stop_process() {
    local deadline=$((SECONDS + $2))
    kill -TERM "$1" 2>/dev/null || return 0
    while alive "$1"; do
        if ((SECONDS >= deadline)); then
            kill -KILL "$1" 2>/dev/null || true
            return 1
        fi
        sleep 0.05
    done
}
