# shellcheck shell=sh
# Sourced by run: the server's REST API. Expects data, authority, origin and server_log, and fail and show_tail.

call() {
    curl -sS --noproxy "*" --max-time 60 --cacert "$authority" -H @"$data/server/authorization" -H 'Accept: application/json' "$@"
}

# api METHOD PATH [BODY [KEY]]: sets status and answer, and writes the answer's headers to the file answer-headers. A request with a
# KEY takes effect once, however often it is sent.
api() {
    answer=$(printf '%s' "${3:-}" | call -X "$1" ${3:+-H 'Content-Type: application/json' --data-binary @-} \
        ${4:+-H "Idempotency-Key: $4"} -D "$data/server/answer-headers" -w '\n%{http_code}' "$origin/api/v1$2" 2>&1)
    status=${answer##*
}
    answer=${answer%
*}
}

# post_each: sends POST without a body to each path of its input, over one connection; prints status and address for each.
post_each() {
    sed "s|.*|url = \"$origin/api/v1&\"\noutput = \"/dev/null\"|" | call -X POST -K - -w '%{http_code} %{url_effective}\n' 2>&1
}

# ids PATH LISTED: sets ids to the ids of all list entries, from all pages, whose text after the id matches LISTED.
ids() {
    ids=
    next=$1
    while [ -n "$next" ]; do
        api GET "$next"
        [ "$status" = 200 ] || refuse "listing $1"
        ids=$ids$(printf '%s' "$answer" | grep -o "\"id\" *: *\"[^\"]*\" *, *$2" | sed 's/[^:]*: *"//; s/".*/ /' | tr -d '\n')
        next=$(tr -d '\r' <"$data/server/answer-headers" | sed -n 's|^[Ll]ink: <[^>]*/api/v1\(/[^>]*\)>; rel="next"$|\1|p')
    done
}

# The first value of a field in the answer.
field() { printf '%s' "$answer" | grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/^[^:]*: *"//; s/"$//'; }

# word WORD: prints it as a JSON string.
word() { printf '"%s"' "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"; }

# text FILE: prints its content as a JSON string.
text() { printf '"'; sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' "$1" | awk '{ printf "%s\\n", $0 }'; printf '"'; }

refuse() {
    show_tail "$server_log"
    fail "The server answered $status to $1:
$answer"
}
