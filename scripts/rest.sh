# shellcheck shell=sh
# Sourced by run: the server's REST API. Expects data, authority, origin and server_log, and fail and show_tail.

# api METHOD PATH [BODY]: sets status and answer.
api() {
    answer=$(printf '%s' "${3:-}" | curl -sS --noproxy "*" --max-time 60 --cacert "$authority" -X "$1" -H @"$data/server/authorization" \
        -H 'Accept: application/json' ${3:+-H 'Content-Type: application/json' --data-binary @-} \
        -w '\n%{http_code}' "$origin/api/v1$2" 2>&1)
    status=${answer##*
}
    answer=${answer%
*}
}

# The first value of a field in the answer.
field() { printf '%s' "$answer" | grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/^[^:]*: *"//; s/"$//'; }

# text FILE: as a JSON string.
text() { printf '"'; sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' "$1" | awk '{ printf "%s\\n", $0 }'; printf '"'; }

refuse() {
    show_tail "$server_log"
    fail "The server answered $status to $1:
$answer"
}
