# shellcheck shell=sh
# Sourced by run and bench. build_if_needed LOG [MODULE] builds server and agent, and that module, if a source is newer than the last
# build. is_built: whether there is a build to run.

is_built() {
    [ -x agent/target/agent/bailiwick-agent ] && ls server/target/bailiwick-server-*-app.jar >/dev/null 2>&1
}

# build_is_current [MODULE]: whether no source is newer than the last build.
build_is_current() {
    last=${1:-server}/target/built
    [ -e "$last" ] && is_built || return 1
    [ -z "$(find pom.xml jail protocol web agent server ${1:+"$1"} db/migrations docs/add-a-host.md \
        -type d \( -name target -o -path '*/src/test' \) -prune -o -type f -newer "$last" -print -quit)" ]
}

build_if_needed() {
    build_is_current ${2:+"$2"} && return 0
    log=$1
    began=$(date +%s)
    mkdir -p server/target
    # Sources that change while the build runs are newer than this.
    touch server/target/building
    # The user of sudo owns the files of the build.
    as_caller=
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$(stat -c %U pom.xml)" = "$SUDO_USER" ]; then
        chown -R "$SUDO_USER" server/target
        as_caller="runuser -u $SUDO_USER -- env HOME=$(getent passwd "$SUDO_USER" | cut -d: -f6)"
    fi
    # shellcheck disable=SC2086 # several words, or none
    if { $as_caller ./mvnw -B -Dmaven.test.skip=true -pl "agent,server${2:+,$2}" -am package || echo "BUILD BROKE"; } 2>&1 |
        tee "$log" | show_modules && ! grep -q '^BUILD BROKE' "$log"; then
        mv server/target/building server/target/built
        [ -z "${2:-}" ] || touch -r server/target/built "$2/target/built"
        printf '\r  %-22s %s s%30s\n' "Built" "$(($(date +%s) - began))" ""
    else
        printf '\n' >&2
        grep -m 12 'ERROR' "$log" >&2 || tail -n 12 "$log" >&2
        echo "The build failed. Its whole output: $log" >&2
        return 1
    fi
}

# Shows the module that is being built: in one line on a terminal, otherwise in a line for each module.
show_modules() {
    if [ -t 1 ]; then end='\r'; else end='\n'; fi
    echo "  Building; the first build downloads Maven and all libraries"
    sed -nu 's/^\[INFO\] Building \(Bailiwick[a-z ]*\) [0-9].*\(\[[0-9]*\/[0-9]*\]\)$/\2 \1/p' | while read -r line; do
        # shellcheck disable=SC2059 # the end is part of the format
        printf "  Building %-40s$end" "$line"
    done
}
