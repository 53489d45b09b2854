#!/bin/sh
# objects.sh CC OBJCOPY EXPORTS OUT ARCHIVE...: one relocatable object of what the exported functions need out of the archives, in which only they are global.
set -eu
cc=$1 objcopy=$2 exports=$3 out=$4
shift 4
# shellcheck disable=SC2046 # one word a name
"$cc" -r -nostdlib -o "$out" $(sed 's/^/-Wl,-u,/' "$exports") -Wl,--start-group "$@" -Wl,--end-group
"$objcopy" --keep-global-symbols="$exports" "$out"
