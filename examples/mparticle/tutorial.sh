#!/usr/bin/env bash
# The Warehouse Sync tutorial with curl alone, against a server of yours:
#
#     API_URL=http://127.0.0.1:8080 ADMIN_KEY=hg_… PGHOST=… PGPORT=… PGDATABASE=… PGUSER=… PGPASSWORD=… examples/mparticle/tutorial.sh
#
# It reads the table `customers` (email, customer_id, plan, updated_on) and `orders` (email, name, updated_on) of that database,
# and prints the users and events that it made.
set -euo pipefail

: "${API_URL:=http://127.0.0.1:8080}" "${WORKSPACE_ID:=1}" "${ADMIN_KEY:?an API key: hg_<id>_<secret>}"
: "${PGHOST:=127.0.0.1}" "${PGPORT:=5432}" "${PGDATABASE:?}" "${PGUSER:?}" "${PGPASSWORD:?}"
base="$API_URL/platform/v2/workspaces/$WORKSPACE_ID"

# Client credentials are the id and the secret of the key.
rest=${ADMIN_KEY#hg_}
token=$(curl -sS --fail-with-body "$API_URL/oauth/token" -H 'content-type: application/json' -d "{
  \"client_id\": \"${rest%%_*}\", \"client_secret\": \"${rest#*_}\",
  \"audience\": \"https://api.mparticle.com\", \"grant_type\": \"client_credentials\"}" |
  sed -E 's/.*"access_token":"([^"]+)".*/\1/')

# call METHOD PATH [BODY]
call() {
  curl -sS --fail-with-body -X "$1" "$base$2" -H "authorization: Bearer $token" -H 'content-type: application/json' ${3:+-d "$3"}
  echo
}

echo '1. a connection'
call POST /connections "{\"id\": \"shop\", \"name\": \"Shop\", \"state\": \"active\", \"service_provider\": \"Postgres\", \"config\": {
  \"host\": \"$PGHOST\", \"port\": \"$PGPORT\", \"database\": \"$PGDATABASE\", \"user\": \"$PGUSER\", \"password\": \"$PGPASSWORD\"}}"

echo '2. data models'
call POST /data-models '{"id": "customers", "name": "Customers", "state": "active", "type": "sql",
  "config": {"sql_query": "SELECT email, customer_id, plan, updated_on FROM customers"}}'
call POST /data-models '{"id": "orders", "name": "Orders", "state": "active", "type": "sql",
  "config": {"sql_query": "SELECT email, name, updated_on FROM orders"}}'

echo '3. a field transformation'
call POST /field-transformations '{"id": "orders", "name": "Orders", "destination_type": "event_batch", "mappings": [
  {"mapping_type": "static", "destination": "events.event_type", "value": "custom_event"},
  {"mapping_type": "static", "destination": "events.data.custom_event_type", "value": "transaction"},
  {"mapping_type": "column", "source": "name", "destination": "events.data.event_name"},
  {"mapping_type": "column", "source": "email", "destination": "user_identities.email"}]}'

echo '4. pipelines'
shared='"connection_id": "shop", "state": "active", "environment": "development", "schedule": {"type": "on_demand"},
  "sync_mode": {"type": "incremental", "iterator_field": "updated_on", "iterator_data_type": "timestamp_tz"}'
call POST /inputs/data-pipelines "{\"id\": \"users\", \"name\": \"Users\", \"pipeline_type\": \"user_attributes\", \"data_model_id\": \"customers\", $shared}"
call POST /inputs/data-pipelines "{\"id\": \"orders\", \"name\": \"Orders\", \"pipeline_type\": \"events\", \"data_model_id\": \"orders\",
  \"field_transformation_id\": \"orders\", $shared}"

for pipeline in users orders; do
  echo "5. a run of $pipeline"
  call POST /inputs/data-pipelines/trigger "{\"pipeline_id\": \"$pipeline\"}"
  until call GET "/inputs/data-pipelines/$pipeline/report" | grep -qE '^\{"pipeline_id":"[a-z]+","status":"(idle|faulted|stopped)"'; do sleep 0.2; done
  call GET "/inputs/data-pipelines/$pipeline/report"
  call GET "/inputs/data-pipelines/$pipeline/runs?pageSize=10"
done

ask() {
  curl -sS --fail-with-body "$API_URL/v1/workspaces/$WORKSPACE_ID/warehouse/query" -H "authorization: Bearer $ADMIN_KEY" \
    -H 'content-type: application/json' -d "{\"sql\": \"$1\"}"
  echo
}

echo '6. users'
ask 'select i.type, i.value, p.properties from headgate.identities i join headgate.profiles p on p.id = i.profile order by 1, 2'
echo '7. events'
ask 'select properties from headgate.events order by time'
