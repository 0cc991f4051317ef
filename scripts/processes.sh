# shellcheck shell=sh
# Sourced by run: starting, awaiting and ending the processes of an instance. Expects data, the instance's directory, and fail.

# The process that a pid file names, if it is still the one that was started for this data directory. While a process executes
# another program, as env does here, it has no command line for a moment: one that lives and seems to be another's is looked at again.
running() {
    pid=$(cat "$data/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
    for _ in 1 2 3 4 5; do
        { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$data/" && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.01
    done
    return 1
}

# keep_old FILE: what FILE held is FILE.1 from now on, and so on; five are kept.
keep_old() {
    [ -s "$1" ] || return 0
    for age in 4 3 2 1; do
        [ ! -f "$1.$age" ] || mv "$1.$age" "$1.$((age + 1))"
    done
    mv "$1" "$1.1"
}

# launch NAME OUTPUT COMMAND...: starts it out of reach of this terminal's Ctrl-C, with no signal ignored that it would hand on. What it
# writes of itself is bounded by its own log; OUTPUT gets what Java says at the start and at a crash.
launch() {
    name=$1 log=$2
    shift 2
    keep_old "$log"
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

# show_tail LOG: and of what the same program wrote beside its log, if it did.
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
