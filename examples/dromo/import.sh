#!/usr/bin/env bash
# A headless import with curl alone, against a server of yours:
#
#     API_URL=http://127.0.0.1:8080 LICENSE_KEY=hg_… examples/dromo/import.sh
#
# It sends 5,000 dirty rows, waits for them to come back clean, and prints what was wrong with the others.
set -euo pipefail
cd "$(dirname "$0")"

: "${API_URL:=http://127.0.0.1:8080}" "${LICENSE_KEY:?an API key: hg_<id>_<secret>}"
file=$(mktemp)
trap 'rm -f "$file"' EXIT
bash people.sh >"$file"

# call METHOD PATH [BODY OR @FILE]
call() {
  curl -sS --fail-with-body -X "$1" "$API_URL/api/v1$2" -H "X-Dromo-License-Key: $LICENSE_KEY" -H 'content-type: application/json' ${3:+-d "$3"}
}

# value NAME: of the first text of that name in the JSON on standard input
value() { grep -oE "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

# finished ID: waits, and prints the import
finished() {
  local found
  until found=$(call GET "/headless/imports/$1/") && ! grep -qE '"status":"(RUNNING|AWAITING_UPLOAD)"' <<<"$found"; do sleep 0.2; done
  echo "$found"
}

echo '1. an import'
made=$(call POST /headless/imports/ @schema.json)
id=$(value id <<<"$made")
echo "$id"

echo '2. its file'
curl -sS --fail-with-body -T "$file" "$(value upload <<<"$made")"

echo '3. what came of it'
done=$(finished "$id")
value status <<<"$done"
grep -oE '"totalErrors":[0-9]+' <<<"$done"

echo '4. the first rows'
rows=$(curl -sS --fail-with-body "$(call GET "/headless/imports/$id/url/" | value presigned_url)")
head -n 3 <<<"$rows"
echo "rows: $(wc -l <<<"$rows")"

echo '5. where a person is needed, a link opens the page'
blocked=$(sed 's/REMOVE_INVALID_ROWS/BLOCK_SUBMIT/' schema.json)
made=$(call POST /headless/imports/ "$blocked")
curl -sS --fail-with-body -T "$file" "$(value upload <<<"$made")"
held=$(finished "$(value id <<<"$made")")
value status <<<"$held"
value review_url <<<"$held"
