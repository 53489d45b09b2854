#!/usr/bin/env bash
# Makes the form of form.json in a workspace and serves the example's pages with its address filled in: deploy/examples/form/try.sh [PORT of the pages, 8000]
# Needs LEADSCORE_URL and LEADSCORE_ADMIN_KEY, from the environment or from the file that deploy/run.sh keeps (.local/demo.env); curl and python3. Ctrl-C ends
# it; the form stays.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
file=$here/../../../.local/demo.env
if [[ -z ${LEADSCORE_ADMIN_KEY:-} && -r $file ]]; then
    # shellcheck disable=SC1090
    source "$file"
fi
: "${LEADSCORE_URL:?}" "${LEADSCORE_ADMIN_KEY:?}"
port=${1:-8000} pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
origin=http://127.0.0.1:$port
action=$(sed "s#@ORIGIN@#$origin#g" "$here/form.json" | curl -fsS "$LEADSCORE_URL/v1/forms" -H "Authorization: Bearer $LEADSCORE_ADMIN_KEY" \
    -H 'Content-Type: application/json' --data-binary @- | python3 -c 'import json, sys; print(json.load(sys.stdin)["action"])')
for page in "$here"/*.html "$here"/*.js; do sed "s#@ACTION@#$LEADSCORE_URL$action#g" "$page" >"$pages/${page##*/}"; done
printf '%s/index.html and %s/fetch.html post to %s%s\n' "$origin" "$origin" "$LEADSCORE_URL" "$action" >&2
python3 -m http.server --bind 127.0.0.1 --directory "$pages" "$port"
