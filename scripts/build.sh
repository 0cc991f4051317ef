# shellcheck shell=sh
# Sourced by run and bench: build_if_needed LOG [MODULE] builds server and agent, and that module, where a source is newer than what
# was built last; is_built asks whether there is anything to run at all.

is_built() {
    [ -x agent/target/agent/bailiwick-agent ] && ls server/target/bailiwick-server-*-app.jar >/dev/null 2>&1
}

# build_is_current [MODULE]
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
    # Whoever came here by sudo owns the files of the build.
    as_caller=
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$(stat -c %U pom.xml)" = "$SUDO_USER" ]; then
        chown -R "$SUDO_USER" server/target
        as_caller="runuser -u $SUDO_USER -- env HOME=$(getent passwd "$SUDO_USER" | cut -d: -f6)"
    fi
    # shellcheck disable=SC2086 # a command in words, or nothing
    if { $as_caller ./mvnw -B -Dmaven.test.skip=true -pl "agent,server${2:+,$2}" -am package || echo "BUILD BROKE"; } 2>&1 |
        tee "$log" | show_modules && ! grep -q '^BUILD BROKE' "$log"; then
        mv server/target/building server/target/built
        [ -z "${2:-}" ] || touch -r server/target/built "$2/target/built"
        printf '\r  %-22s %s s%30s\n' "Built" "$(($(date +%s) - began))" ""
    else
        printf '\n' >&2
        grep -m 12 'ERROR' "$log" >&2 || tail -n 12 "$log" >&2
        echo "The build failed. All of it: $log" >&2
        return 1
    fi
}

# Shows one line that names the module being built; where it is not on a terminal, a line for each.
show_modules() {
    if [ -t 1 ]; then end='\r'; else end='\n'; fi
    echo "  Building; the first time this downloads what Maven needs"
    sed -nu 's/^\[INFO\] Building \(Bailiwick[a-z ]*\) [0-9].*\(\[[0-9]*\/[0-9]*\]\)$/\2 \1/p' | while read -r line; do
        # shellcheck disable=SC2059 # the end is part of the format
        printf "  Building %-40s$end" "$line"
    done
}
