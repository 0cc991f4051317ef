# shellcheck shell=sh
# Sourced by run: starting, awaiting and ending the processes of an instance. Expects data, the instance's directory, and fail.

# The process that a pid file names, if it is still the one that was started for this data directory.
running() {
    pid=$(cat "$data/$1.pid" 2>/dev/null) && [ -n "$pid" ] && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$data/"
}

# launch NAME LOG COMMAND...: starts it out of reach of this terminal's Ctrl-C, with no signal ignored that it would hand on.
launch() {
    name=$1 log=$2
    shift 2
    [ -f "$log" ] && mv "$log" "$log.1"
    setsid env --default-signal=INT,QUIT "$@" >"$log" 2>&1 </dev/null 9>&- &
    echo $! >"$data/$name.pid"
    # Until it has become the program, it is a copy of this shell.
    while ! running "$name" && kill -0 $! 2>/dev/null; do
        sleep 0.02
    done
}

stop() {
    running "$1" || return 0
    kill -TERM "$pid" 2>/dev/null
    for _ in $(seq 300); do
        running "$1" || return 0
        sleep 0.1
    done
    echo "  The $1 does not end; killing it" >&2
    kill -KILL "$pid" 2>/dev/null
}

show_tail() {
    printf '\nThe last lines of %s:\n' "$1" >&2
    tail -n 25 "$1" >&2
}

# await SECONDS WHAT NAME LOG COMMAND...: runs the command until it succeeds, as long as the process NAME lives.
await() {
    seconds=$1 what=$2 name=$3 log=$4
    shift 4
    began=$(date +%s%N)
    deadline=$((began + seconds * 1000000000))
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
        [ -t 1 ] && printf '  %-22s %s s\r' "Waiting" "$((($(date +%s%N) - began) / 1000000000))"
    done
    elapsed=$((($(date +%s%N) - began) / 1000000))
}

say() { printf '  %-22s %s\n' "$1" "$2"; }
