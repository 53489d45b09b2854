#!/usr/bin/env bash
# The Debian packages (12 and 13) that leadscore needs, by purpose: the one list behind deploy/run.sh, tests/run.sh and the Dockerfile.
# An entry COMMAND=PACKAGE is not needed where COMMAND is there already. Sourced, or run as: packages.sh build

# shellcheck disable=SC2034
packages_build=(
    gcc libc6-dev meson ninja-build pkg-config=pkgconf python3 python3-yaml tzdata
    libmicrohttpd-dev libjansson-dev libpq-dev libcurl4-openssl-dev libssl-dev libpcre2-dev zlib1g-dev libidn2-dev libpsl-dev libunistring-dev uthash-dev libexpat1-dev
)
# shellcheck disable=SC2034
packages_demo=(curl=curl ca-certificates)
# shellcheck disable=SC2034
packages_test=(check curl=curl ca-certificates node=nodejs)

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    declare -n packages_wanted=packages_${1:?which list}
    printf '%s\n' "${packages_wanted[@]#*=}"
fi
