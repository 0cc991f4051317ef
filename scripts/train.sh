#!/bin/sh
# train.sh DIR JAR CACHE [JAILS]: trains the start of the server. Starts it once in DIR, unpacked with JAR, with its own database, and sends
# it requests as programs do: creates and deletes JAILS (200) jails, three times. The JVM then writes CACHE: the classes to load and link
# (JEP 514) and the methods to compile (JEP 515). With the cache, the server starts in about half the time and answers its first hundreds
# of requests sooner.
set -eu
cd "$1"
jar=$2 cache=$3 jails=${4:-200}
work=$(mktemp -d /var/tmp/bailiwick-training.XXXXXX)
java=
# Kills all processes: on SIGTERM, the server would first write the cache.
leave() {
    # shellcheck disable=SC2046 # a word for each process id
    [ -z "$java" ] || kill -KILL "$java" $(cat "/proc/$java/task/"*/children 2>/dev/null) 2>/dev/null || :
    rm -rf "$work" "$cache.next" "$cache.next.config"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP
chmod 711 "$work"
mkdir "$work/tmp"
port=$((20000 + $$ % 10000))
origin=https://127.0.0.1:$((port - 10000))/api/v1
"$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$cache.next" -Xmx768m -XX:+ExitOnOutOfMemoryError -Djava.io.tmpdir="$work/tmp" --enable-native-access=ALL-UNNAMED -jar "$jar" \
    --server.port=$((port - 10000)) --management.server.port=0 \
    --bailiwick.database.embedded-directory="$work/postgresql" --bailiwick.database.port=$port \
    --bailiwick.secret-file="$work/secret" --bailiwick.authority-file="$work/authority.pem" \
    --bailiwick.link.address=127.0.0.1:0 --bailiwick.link.advertise=127.0.0.1:1 \
    --bailiwick.bootstrap.file="$work/bootstrap.json" &
java=$!

# field NAME: prints its first value in a JSON text.
field() { grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/^[^:]*: *"//; s/"$//'; }

# ask [OPTION...]: sends a request with the options of all requests.
ask() { curl -sS --noproxy '*' --max-time 60 -K "$work/common" "$@"; }

make() { ask -d "$2" "$origin$1" | field id; }

# each FILE: sends the request on its input once for each line of the file, which replaces @, over one connection.
each() {
    request=$(cat "$work/common" -) awk '{ text = ENVIRON["request"]; gsub("@", $0, text); print (NR > 1 ? "next\n" : "") text }' \
        "$1" | curl -sS --noproxy '*' --max-time 60 -K - >/dev/null
}

until [ -s "$work/bootstrap.json" ] && curl -s --noproxy '*' -o /dev/null --cacert "$work/authority.pem" "$origin/openapi.json"; do
    kill -0 "$java"
    sleep 0.5
done
(umask 077 && printf 'fail\nhttp1.1\ncacert = "%s"\nheader = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' \
    "$work/authority.pem" "$(field token <"$work/bootstrap.json")" >"$work/common")
host=$(make /hosts '{"name":"training"}')
make /pools '{"range":"192.0.2.0/24","description":"Training","quarantine":0}' >"$work/pool"
customer=$(make /customers '{"name":"Training"}')
definition="{\"name\":\"training-@\",\"customer\":\"$customer\",\"host\":\"$host\",\"hostname\":\"training.example\",
    \"path\":\"/training/@\",\"base\":\"thin\",\"policy\":{\"profile\":\"hosting\"},\"command\":[\"/bin/sh\"],\"wanted\":\"running\"}"
seq "$jails" >"$work/names"
for _ in 1 2 3; do
    each "$work/names" <<END
url = "$origin/jails?wait=0s"
data = "$(printf '%s' "$definition" | tr -d '\n' | sed 's/"/\\"/g')"
END
    ask "$origin/jails?limit=500" | grep -o '"id" *: *"[^"]*"' | sed 's/.*: *"//; s/"//' >"$work/ids"
    each "$work/ids" <<END
url = "$origin/jails/@"
END
    each "$work/ids" <<END
url = "$origin/jails/@?files=delete"
request = "DELETE"
END
done
kill "$java"
wait "$java" || [ $? = 143 ]
java=
mv "$cache.next" "$cache"
