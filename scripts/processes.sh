# shellcheck shell=sh
# Sourced by run: starting, awaiting and ending the processes of an instance. Expects data, the instance's
# directory, spring, the same for Spring, and fail.

newline='
'

# running NAME: whether the process runs; sets pid. The process of a pid file may have been killed, and another process may have its number now.
# So this also compares the command line, which has words that only programs of this data directory have. While a process executes
# another program, as env does here, it has no command line for a moment; it is read again for up to a second. A zombie has no program
# at all.
running() {
    if [ "$1" = database ]; then
        # By the same rule as the server.
        pid=$(head -n 1 "$data/server/postgresql/data/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] &&
            [ "/proc/$pid/cwd" -ef "$data/server/postgresql/data" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]
        return
    fi
    pid=$(cat "$data/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
    for _ in $(seq 100); do
        words=$newline$({ tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null)$newline
        [ "$words" = "$newline$newline" ] && [ -e "/proc/$pid/exe" ] || break
        sleep 0.01
    done
    case $1$words in
        "server$newline"*"$newline--bailiwick.secret-file=$spring/server/secret$newline"*) ;;
        "agent$newline"*"${newline}run$newline--config$newline$data/agent/agent.properties$newline"*) ;;
        "training$newline"*"/train.sh$newline$data$newline"*) ;;
        *) return 1 ;;
    esac
}

# keep_old FILE: renames FILE to FILE.1, FILE.1 to FILE.2, and so on; five are kept.
keep_old() {
    [ -s "$1" ] || return 0
    for age in 4 3 2 1; do
        [ ! -f "$1.$age" ] || mv "$1.$age" "$1.$((age + 1))"
    done
    mv "$1" "$1.1"
}

# launch NAME OUTPUT COMMAND...: starts a process that Ctrl-C on this terminal does not reach, and that inherits no ignored signals.
# Its own log is bounded; OUTPUT gets only what Java prints at the start and at a crash.
launch() {
    name=$1 log=$2
    shift 2
    keep_old "$log"
    # The process writes its pid itself, so it is known even if ./run is killed here.
    # shellcheck disable=SC2016 # for the inner shell
    setsid env --default-signal=INT,QUIT sh -c 'echo $$ >"$0" && exec "$@"' "$data/$name.pid" "$@" >"$log" 2>&1 </dev/null 9>&- &
    # Until exec, the process is a copy of this shell.
    while ! running "$name" && kill -0 $! 2>/dev/null; do
        sleep 0.02
    done
}

# ends NAME SECONDS: waits until the process ends; fails if it does not.
ends() {
    for _ in $(seq "$(($2 * 10))"); do
        running "$1" || return 0
        sleep 0.1
    done
    return 1
}

# stop NAME: fails and says so if the process keeps running.
stop() {
    running "$1" || return 0
    case $1 in
        # First a fast shutdown; then an immediate one, after which the next start recovers. Both keep all commits.
        database) ask=INT force=QUIT ;;
        *) ask=TERM force=KILL ;;
    esac
    kill -"$ask" "$pid" 2>/dev/null
    ends "$1" 30 && return 0
    echo "  The $1, process $pid, does not end; forcing it to" >&2
    kill -"$force" "$pid" 2>/dev/null
    ends "$1" 10 && return 0
    echo "  The $1, process $pid, is still running" >&2
    return 1
}

# Stops all processes, the database last: a server that ends stops it, a server that was killed did not.
stop_all() {
    stopped=0
    for each in training agent server database; do
        stop "$each" || stopped=1
    done
    return "$stopped"
}

# show_tail LOG: prints its last lines, and those of the program's other output, if there is any.
show_tail() {
    for file in "${1%.log}.out" "$1"; do
        if [ -s "$file" ]; then
            printf '\nThe last lines of %s:\n' "$file" >&2
            tail -n 25 "$file" >&2
        fi
    done
}

# await SECONDS WHAT NAME LOG COMMAND...: runs the command until it succeeds, as long as the process NAME lives.
await() {
    seconds=$1 what=$2 name=$3 log=$4
    shift 4
    began=$(date +%s%N)
    deadline=$((began + seconds * 1000000000)) told=30
    until "$@"; do
        if ! running "$name"; then
            show_tail "$log"
            fail "The $name ended before this: $what"
        fi
        if [ "$(date +%s%N)" -gt "$deadline" ]; then
            show_tail "$log"
            fail "Gave up after $seconds s waiting for this: $what"
        fi
        sleep 0.1
        waited=$((($(date +%s%N) - began) / 1000000000))
        if [ -t 1 ]; then
            printf '  %-22s %s s\r' "Waiting" "$waited"
        elif [ "$waited" -ge "$told" ]; then
            told=$((told + 30))
            say "Waiting" "until $what; $waited s up to now"
        fi
    done
    elapsed=$((($(date +%s%N) - began) / 1000000))
}

say() { printf '  %-22s %s\n' "$1" "$2"; }
