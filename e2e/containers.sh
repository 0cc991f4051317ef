#!/bin/sh
# The first process of the machine that e2e/containers creates; Docker is installed, and the tree is at /tree. Prints what it sees,
# and at the end "containers: all holds".
set -eu

origin=https://localhost:8443/api/v1
marker=renewed-$(date +%s)
patience=${BAILIWICK_CONTAINERS_PATIENCE:-300}

say() { echo "containers: $*"; }

fail() {
    echo "containers: FAILED: $*"
    docker compose -f /tree/docker-compose.yml ps -a || true
    docker compose -f /tree/docker-compose.yml logs --tail 25 2>&1 | cut -c 1-300 || true
    tail -n 5 /var/log/dockerd.log
    exit 1
}

# await SECONDS WHAT COMMAND...
await() {
    deadline=$(($(date +%s) + $1))
    what=$2
    shift 2
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || fail "not in time: $what"
        sleep 0.3
    done
}

# once_asked QUESTION ANSWER: prints the answer after the typed command has printed the question.
once_asked() {
    await "$patience" "the question: $1" grep -qs "$1" /tmp/said >&2
    printf '%s\n' "$2"
}

# Runs the line in a new shell on a terminal, as if somebody typed it; later input comes from standard input.
typed() {
    say "\$ $1"
    if (cd /tree && env -i HOME=/root PATH="$PATH" TERM=dumb script -qec "$1" /dev/null) >/tmp/said 2>&1; then
        tr -d '\r' </tmp/said >/tmp/typed
    else
        tail -n 30 /tmp/said
        fail "$1"
    fi
}

api() {
    answer=$(printf '%s' "${3:-}" | curl -sSk --max-time 60 -X "$1" -H "Authorization: Bearer $token" -H 'Accept: application/json' \
        ${3:+-H 'Content-Type: application/json' --data-binary @-} "$origin$2") || fail "$1 $2"
}

field() { printf '%s' "$answer" | grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/^[^:]*: *"//; s/"$//'; }
number() { printf '%s' "$answer" | grep -o "\"$1\" *: *[0-9]*" | head -n 1 | sed 's/^[^:]*: *//'; }

# ---- Docker ---------------------------------------------------------------------------------------------------------

has_docker() { docker info >/dev/null 2>&1; }

start_docker() {
    : >/ready
    await 60 "a network for the builds" test -e /sys/class/net/tap0
    echo nameserver 10.0.2.3 >/etc/resolv.conf
    rm -f /var/run/docker.pid
    dockerd >/var/log/dockerd.log 2>&1 &
    await 60 "Docker" has_docker
    say "Docker $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short), cgroups: $(stat -f -c %T /sys/fs/cgroup)," \
        "FORWARD: $(iptables -S FORWARD | head -n 1)"
    cd /tree
    BAILIWICK_DATABASE_PASSWORD=former docker compose down -v --remove-orphans >/dev/null 2>&1
    # Built from scratch, as for somebody who has no images.
    docker image rm -f bailiwick-server bailiwick-agent >/dev/null 2>&1 || true
    java="-c 'ENV JAVA_HOME=/opt/java/openjdk' -c 'ENV PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'"
    for image in jdk jre; do
        eval "tar -C /images/$image -c . | docker import $java - eclipse-temurin:25-$image" >/dev/null
    done
    tar -C /images/postgres -c . | docker import -c 'ENTRYPOINT ["docker-entrypoint.sh"]' -c 'CMD ["postgres"]' \
        -c 'VOLUME /var/lib/postgresql' - postgres:18 >/dev/null
}

# ---- what is looked at ----------------------------------------------------------------------------------------------

# make_jail NAME: sets made to its id.
make_jail() {
    api POST "/jails?wait=10s" "{\"name\":\"$1\",\"customer\":\"$customer\",\"host\":\"$host\",\"hostname\":\"$1.example\",
        \"path\":\"/var/lib/bailiwick/jails/$1\",\"base\":\"thin\",\"ip\":[\"auto\"],\"policy\":{\"profile\":\"hosting\"},
        \"command\":[\"/bin/sh\",\"-c\",\"exec sleep 100000\"],\"wanted\":\"running\"}"
    made=$(field id)
    [ -n "$made" ] || fail "making jail $1: $answer"
}

# The last report may be about an init that has ended with its container.
is_running() {
    api GET "/jails/$1"
    [ "$(field phase)" = running ] && [ -d "/proc/$(number initPid)" ]
}

# init_of ID: sets init.
init_of() {
    await "$patience" "jail $1 runs" is_running "$1"
    init=$(number initPid)
}

address_of() {
    api GET "/jails/$1"
    printf '%s' "$answer" | grep -o '"198\.18\.[0-9.]*"' | head -n 1 | tr -d '"'
}

is_connected() {
    api GET "/hosts/$host"
    printf '%s' "$answer" | grep -q '"connected" *: *true'
}

# The host's capability of forwarding.
forwarding() {
    api GET "/hosts/$host"
    printf '%s' "$answer" | tr -d '\n' | grep -o '"name" *: *"forwarding"[^}]*'
}

# Ignores IPv6, which Docker does not change.
drops() { forwarding | grep -q "other rules of this host's packet filter drop packets that jails send to each other and beyond this host by IPv4"; }
drops_nothing() { forwarding | grep -q '"available"' && ! drops; }

# Whether the first jail reaches the second, in whose network a process of this machine listens.
reaches() {
    # shellcheck disable=SC2016 # the variables of Perl
    nsenter -t "$second_init" -n perl -MIO::Socket::INET -e \
        'my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 7000, ReuseAddr => 1) or die; alarm 6; while (my $c = $s->accept) { print $c "here\n"; close $c }' \
        >/dev/null 2>&1 &
    listener=$!
    reached=1
    for _ in 1 2 3; do
        if nsenter -t "$first_init" -n timeout 1 bash -c "exec 3<>/dev/tcp/$(address_of "$second")/7000 && read -r said <&3 && [ \"\$said\" = here ]" 2>/dev/null; then
            reached=0
            break
        fi
    done
    kill "$listener" 2>/dev/null || true
    wait "$listener" 2>/dev/null || true
    return "$reached"
}

has_programs() { [ -x "/proc/$1/root/usr/bin/cat" ] && [ "$(find "/proc/$1/root/usr/bin" | wc -l)" -gt 20 ]; }
is_renewed() { [ -e "/proc/$1/root/usr/share/$marker" ]; }

not_counted() {
    api GET "/jails/$1"
    [ "$(number restarts)" = 0 ] || fail "jail $1 counts $(number restarts) restarts after $2: $answer"
}

# Checks the jails after the agent's container was replaced: with only cgroup v2 they are the same, otherwise they were started
# again.
look_after() {
    await "$patience" "the agent is back" is_connected
    before=$first_init
    init_of "$first"
    first_init=$init
    init_of "$second"
    second_init=$init
    if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
        [ "$first_init" = "$before" ] || fail "the jail did not outlive $1: its init was $before and is $first_init"
        say "after $1 the jails are the same, with all their programs"
    else
        say "after $1 the jails run again"
    fi
    has_programs "$first_init" || fail "the jail has lost its programs after $1"
    not_counted "$first" "$1"
    not_counted "$second" "$1"
}

after() {
    case $1 in
        *bootstrap.json*)
            answer=$(cat /tmp/typed)
            token=$(field token)
            [ -n "$token" ] || fail "no token in $answer"
            ;;
        *"up -d agent"*)
            await "$patience" "the host is connected" is_connected
            make_jail first
            first=$made
            make_jail second
            second=$made
            init_of "$first"
            first_init=$init
            init_of "$second"
            second_init=$init
            has_programs "$first_init" || fail "the jail has no programs"
            say "two jails run; the copy of their programs: $(du -sm /var/lib/bailiwick/agent/base/usr-* | tr '\t' ' ')"
            drops || fail "Docker drops what jails send, and the host says: $(forwarding)"
            forwarding | grep -q 'iptables -I DOCKER-USER' || fail "the host does not say what helps: $(forwarding)"
            ! reaches || fail "one jail reaches the other in spite of Docker"
            say "the host says: $(forwarding | grep -o '"reason.*')"
            ;;
        *ESTABLISHED*)
            await "$patience" "the host says that nothing is dropped" drops_nothing
            reaches || fail "one jail does not reach the other"
            say "one jail reaches the other, and the host says no more that it does not"
            typed "docker compose ps" </dev/null
            grep -q agent /tmp/typed || fail "docker compose ps does not show the agent"
            typed "docker compose stop agent" </dev/null
            typed "docker compose up -d agent" </dev/null
            look_after "a stop"
            typed "docker compose kill agent" </dev/null
            typed "docker compose up -d agent" </dev/null
            look_after "a kill"
            # A new version of the base image of the agent's image.
            printf 'FROM eclipse-temurin:25-jre\nRUN touch /usr/share/%s\n' "$marker" | docker build -q -t eclipse-temurin:25-jre - >/dev/null
            ;;
        *"up -d --build"*)
            look_after "an upgrade"
            docker image prune -f >/dev/null
            has_programs "$first_init" || fail "the jail has lost its programs with the image"
            if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
                is_renewed "$first_init" && fail "the jail's programs are others under it"
            fi
            for id in "$first" "$second"; do
                api POST "/jails/$id/restart?wait=10s"
            done
            await "$patience" "the jails have the new programs" both_are_renewed
            await 60 "only the new copy is left" only_one_copy
            say "restarted, the jails have the new image's programs, and the old copy is gone"
            ;;
    esac
}

both_are_renewed() {
    for id in "$first" "$second"; do
        is_running "$id" && init=$(number initPid) && [ -n "$init" ] && is_renewed "$init" || return 1
    done
}

only_one_copy() { [ "$(find /var/lib/bailiwick/agent/base -maxdepth 1 -name 'usr-*' | wc -l)" = 1 ]; }

in_the_pages() {
    api POST /pools '{"range":"198.18.64.0/24","description":"For jails"}'
    api POST /customers '{"name":"Demo"}'
    customer=$(field id)
    api POST /hosts '{"name":"local"}'
    host=$(field id)
    api POST "/hosts/$host/join-token"
    one_time=$(field joinToken)
    [ -n "$one_time" ] || fail "no token to join with: $answer"
}

# ---- the header -----------------------------------------------------------------------------------------------------

start_docker
sed -n '1,/^name:/s/^#   //p' /tree/docker-compose.yml >/tmp/header
[ "$(wc -l </tmp/header)" -ge 9 ] || fail "the header has fewer lines than it had"
while IFS= read -r line <&3; do
    case $line in
        "(in the pages"*) in_the_pages ;;
        *)
            began=$(date +%s)
            case $line in
                *"asks for the token"*) once_asked "Waiting for the join token" "$one_time" | typed "$line" ;;
                *) typed "$line" </dev/null ;;
            esac
            say "  took $(($(date +%s) - began)) s"
            after "$line"
            ;;
    esac
done 3</tmp/header
[ "$(stat -c %a /tree/.env)" = 600 ] || fail ".env can be read by others"
docker compose down -v >/dev/null 2>&1
say "all holds"
