#!/usr/bin/env bash
# A small scene over HTTP against a running leadscore: three leads, what each did, what each reply said.
# Needs LEADSCORE_URL, LEADSCORE_INGEST_KEY, LEADSCORE_READ_KEY and LEADSCORE_SCENE (a word that makes e-mails and event ids its own), from
# the environment or from the file that deploy/run.sh keeps: deploy/scene.sh [FILE], default .local/demo.env.
# Played twice with the same LEADSCORE_SCENE, each event is a duplicate the second time, and the scores stand as they were.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
file=${1:-$here/../.local/demo.env}
if [[ -z ${LEADSCORE_INGEST_KEY:-} && -r $file ]]; then
    # shellcheck disable=SC1090
    source "$file"
fi
: "${LEADSCORE_URL:?}" "${LEADSCORE_INGEST_KEY:?}" "${LEADSCORE_READ_KEY:?}" "${LEADSCORE_SCENE:?}"

if [[ -t 1 ]]; then bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'; else bold='' dim='' off=''; fi

call() { curl -sS --max-time 30 -H "Authorization: Bearer $1" -H 'Content-Type: application/json' "${@:3}" "$LEADSCORE_URL$2"; }

# post NAME TITLE LEAD TYPE PROPERTIES: one event of a lead.
post() {
    local body
    body=$(printf '{"event_id":"scene-%s-%s","type":"%s","lead":%s,"properties":%s,"source":{"channel":"website"}}' \
        "$LEADSCORE_SCENE" "$1" "$4" "$3" "$5")
    call "$LEADSCORE_INGEST_KEY" /v1/events --data-binary "$body" >"$reply" || true
    python3 "$here/lib/show.py" reply "$2" <"$reply"
}

# act TITLE: a heading.
act() { printf '\n%s\n' "$bold$1$off"; }

reply=$(mktemp)
trap 'rm -f "$reply"' EXIT

mei=mei.lin.$LEADSCORE_SCENE@meilin-trade.example
act "1. $mei fills in a form, then keeps coming back: MQL at 100"
post mei-1 'asks for the newsletter (form)' '{"email":"'"$mei"'","name":"林美","title":"创始人","phone":"138 0013 '"$(printf '%04d' $((0x$LEADSCORE_SCENE % 10000)))"'",
    "company":{"name":"美林跨境","domain":"meilin-trade.example","industry":"cross_border_ecommerce","region":"east_china","employees":180,
    "annual_revenue":90000000,"currency":"CNY"}}' form_submit '{"form":"newsletter"}'
post mei-2 'looks at the prices' '{"email":"'"$mei"'"}' page_view '{"path":"/pricing"}'
post mei-3 'opens the first mail' '{"email":"'"$mei"'"}' email_open '{"message_id":"m1"}'
post mei-4 'opens the second mail' '{"email":"'"$mei"'"}' email_open '{"message_id":"m2"}'
post mei-5 'opens the third mail, in a row' '{"email":"'"$mei"'"}' email_open '{"message_id":"m3"}'
post mei-6 'reads a white paper' '{"email":"'"$mei"'"}' content_download '{"kind":"white_paper","name":"Order handling without hands"}'
post mei-7 'attends the webinar' '{"email":"'"$mei"'"}' webinar_attend '{"name":"Peak season"}'
mei_id=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["lead_id"])' <"$reply")
printf '%s\n' "     ${dim}GET /v1/leads/$mei_id/score${off}"
call "$LEADSCORE_READ_KEY" "/v1/leads/$mei_id/score" | python3 "$here/lib/show.py" why

bo=bo.zhang.$LEADSCORE_SCENE@boyuan-auto.example
act "2. $bo asks for a quote with 80 points and more: straight to SAL"
post bo-1 'comes from a trade fair, the budget known' '{"email":"'"$bo"'","name":"张博","title":"总经理","company":{"name":"博远跨境电商","domain":"boyuan-auto.example",
    "industry":"cross_border_ecommerce","region":"east_china","employees":260,"annual_revenue":150000000,"currency":"CNY"},
    "needs":{"pains":["manual_order_handling"],"budget":800000},"decision":{"role":"decision_maker"}}' event_attend '{"name":"Canton Fair"}'
post bo-2 'looks at the prices' '{"email":"'"$bo"'"}' page_view '{"path":"/pricing"}'
post bo-3 'asks for a quote' '{"email":"'"$bo"'"}' quote_request '{"product":"order-desk"}'

fang=fang.wu.$LEADSCORE_SCENE@school.example
act "3. $fang is keen, and of an excluded industry: tier X"
post fang-1 'asks for a demo' '{"email":"'"$fang"'","name":"吴芳","title":"校长","company":{"name":"第一中学","domain":"school.example","industry":"education",
    "employees":200}}' demo_request '{}'
post fang-2 'looks at the prices' '{"email":"'"$fang"'"}' page_view '{"path":"/pricing"}'

act 'The list, best first: GET /v1/leads?sort=-score'
call "$LEADSCORE_READ_KEY" '/v1/leads?sort=-score&limit=50' | python3 "$here/lib/show.py" leads
