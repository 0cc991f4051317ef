# shellcheck shell=sh
# Sourced by run: checks all options before anything is built or started. It reports all errors together, each with the option, its
# allowed values, and a value that would work. Expects data, the instance's directory.

complaints=
complain() {
    complaints="$complaints
  $*"
}

is_whole() { case $1 in '' | *[!0-9]* | 0?* | ???????????*) return 1 ;; esac; }

# quoted WORD: the word as one has to type it to a shell.
quoted() {
    case $1 in
        *[!A-Za-z0-9/._:@%+,=-]* | '') printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s' "$1" ;;
    esac
}

# option VARIABLE: its name on the command line.
option() { printf -- '--%s' "$1" | tr _ -; }

# settle VARIABLE DEFAULT: sets it to the given value, otherwise to that of the previous run, otherwise to the default. Sets
# VARIABLE_before to the value of the previous run.
settle() {
    before=$(sed -n "s/^$1=//p" "$data/options" 2>/dev/null)
    eval "${1}_before=\$before
        [ -n \"\$$1\" ] || $1=\${before:-\$2}"
}

# write_options VARIABLE...: stores their values for the next run and for --stop.
write_options() {
    for variable in "$@"; do
        eval "printf '%s=%s\n' $variable \"\$$variable\""
    done >"$data/options.new" && mv "$data/options.new" "$data/options"
}

# ---- checks of single values ----------------------------------------------------------------------------------------

# check_port VARIABLE
check_port() {
    eval "value=\$$1"
    if ! is_whole "$value" || [ "$value" -lt 1 ] || [ "$value" -gt 65535 ]; then
        complain "$(option "$1") must be a port, a whole number from 1 to 65535, and is '$value'"
        return
    fi
    for known in $ports; do
        if [ "${known#*=}" = "$value" ]; then
            complain "$(option "${known%=*}") and $(option "$1") must differ, and are both $value"
        fi
    done
    ports="$ports $1=$value"
}

# check_range4 OPTION RANGE: by the same rules as the server.
check_range4() {
    wrong="$1 must be a range of IPv4 addresses like 198.18.0.0/16, with a prefix of 8 to 32 bits, and is '$2'"
    prefix=${2#*/}
    if ! printf '%s' "$2" | grep -Eqx '([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}' ||
        ! is_whole "$prefix" || [ "$prefix" -lt 8 ] || [ "$prefix" -gt 32 ]; then
        complain "$wrong"
        return
    fi
    number=0
    for byte in $(printf '%s' "${2%/*}" | tr . ' '); do
        if ! is_whole "$byte" || [ "$byte" -gt 255 ]; then
            complain "$wrong"
            return
        fi
        number=$((number * 256 + byte))
    done
    host=$(((1 << (32 - prefix)) - 1))
    if [ $((number & host)) != 0 ]; then
        number=$((number & ~host))
        complain "$1 $2 has bits set behind its prefix; with none it is" \
            "$((number >> 24)).$((number >> 16 & 255)).$((number >> 8 & 255)).$((number & 255))/$prefix"
    fi
}

# check_range6 OPTION RANGE
check_range6() {
    case $(awk -v text="${2%/*}" -v prefix="${2#*/}" 'BEGIN {
        if (text !~ /^[0-9a-fA-F:]+$/ || prefix !~ /^[1-9][0-9]?[0-9]?$/ || prefix < 32 || prefix > 128) exit
        halves = split(text, half, "::")
        left = split(half[1], before, ":")
        right = halves == 2 ? split(half[2], after, ":") : 0
        if (halves > 2 || (halves == 1 && left != 8) || (halves == 2 && left + right > 7)) exit
        for (i = 1; i <= left; i++) group[i] = before[i]
        for (i = left + 1; i <= 8 - right; i++) group[i] = "0"
        for (i = 1; i <= right; i++) group[8 - right + i] = after[i]
        for (i = 1; i <= 8; i++) {
            if (group[i] !~ /^[0-9a-fA-F]+$/ || length(group[i]) > 4) exit
            digits = digits substr("0000" tolower(group[i]), length(group[i]) + 1)
        }
        for (i = 1; i <= 32; i++) {
            free = 4 * i - prefix
            if (free > 0 && (index("0123456789abcdef", substr(digits, i, 1)) - 1) % (free > 4 ? 16 : 2 ^ free)) {
                print "bits"
                exit
            }
        }
        print "good"
    }') in
        good) ;;
        bits) complain "$1 $2 has bits set behind its prefix" ;;
        *) complain "$1 must be a range of IPv6 addresses like fdb1:1::/64, with a prefix of 32 to 128 bits, and is '$2'" ;;
    esac
}

# It must be an address of this machine on which the server can listen.
check_link_address() {
    wrong="--link-address must be an IPv4 or IPv6 address of this machine, without a port, and is '$link_address'"
    case $link_address in
        *[!0-9a-fA-F.:]*) complain "$wrong"; return ;;
        0.0.0.0 | ::) complain "$wrong, to which no agent can connect"; return ;;
    esac
    command -v ip >/dev/null || return 0
    if ! has=$(ip -o address show to "$link_address" 2>/dev/null); then
        complain "$wrong"
    elif [ -z "$has" ]; then
        complain "--link-address $link_address is no address of this machine, which has:" \
            "$(ip -o address show scope global | awk '{ sub("/.*", "", $4); print $4 }' | tr '\n' ' ')"
    fi
}

# The last range is not used: it contains (uid_t) -1, which means "no id" to the kernel.
end_of_ids=4294901760

check_ids() {
    if ! is_whole "$first_host_id" || [ "$first_host_id" -lt 65536 ] || [ "$first_host_id" -ge "$end_of_ids" ]; then
        complain "--first-host-id must be a multiple of 65536 from 65536 to 4294836224, and is '$first_host_id'"
    elif [ $((first_host_id % 65536)) != 0 ]; then
        below=$((first_host_id / 65536 * 65536))
        if [ "$below" = 0 ]; then below=65536; fi
        complain "--first-host-id must be a multiple of 65536, and is $first_host_id; $below is one"
    elif ! is_whole "$host_id_ranges" || [ "$host_id_ranges" -lt 1 ] ||
        [ "$host_id_ranges" -gt $(((end_of_ids - first_host_id) / 65536)) ]; then
        complain "--host-id-ranges must be a whole number from 1 to $(((end_of_ids - first_host_id) / 65536))" \
            "where --first-host-id is $first_host_id, and is '$host_id_ranges'"
    fi
}

# check_kept VARIABLE: it cannot change, because files of jails, or running jails, depend on it.
check_kept() {
    eval "value=\$$1 before=\$${1}_before"
    [ -z "$before" ] || [ "$before" = "$value" ] ||
        complain "$(option "$1") is $before for good in $data, and not '$value': jails were created with it. Omit the option, or" \
            "take another --data"
}

check_values() {
    ports=
    for variable in port ssh_port link_port management_port database_port; do
        check_port "$variable"
    done
    check_link_address
    check_range4 --pool "$pool"
    check_range6 --pool6 "$pool6"
    check_ids
    printf '%s' "$instance" | grep -Eqx '[a-z0-9][a-z0-9._-]{0,62}' ||
        complain "--instance must be 1 to 63 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, and is '$instance'"
    check_kept instance
    check_kept first_host_id
    # Ranges can be added, but not taken from the jails that use them.
    if is_whole "$host_id_ranges" && [ "$host_id_ranges" -lt "${host_id_ranges_before:-0}" ]; then
        complain "--host-id-ranges has been $host_id_ranges_before in $data and can only grow, and is $host_id_ranges"
    fi
}

# ---- the directory --------------------------------------------------------------------------------------------------

# check_data GIVEN: sets data to the path without '.' and '..', and checks that it can be used.
check_data() {
    case $1 in
        /*) ;;
        *)
            complain "--data must be an absolute path, as $(quoted "$(readlink -m "$caller/$1")"), and is '$1'"
            return
            ;;
    esac
    # By bytes, because the locale decides which of them are letters.
    if [ "$(printf '%s' "$1" | LC_ALL=C tr -d '\001-\037\177')" != "$1" ]; then
        complain "--data must not contain a tab, the end of a line or another control character"
        return
    fi
    data=$(readlink -m -- "$1")
    if [ "$data" = / ] || [ "${#data}" -gt 512 ]; then
        complain "--data must be a directory below /, of at most 512 characters, and is '$1'"
        return
    fi
    existing=$data
    until [ -e "$existing" ]; do
        existing=$(dirname "$existing")
    done
    if ! [ -d "$existing" ]; then
        complain "--data $(quoted "$data") cannot be created: $existing is no directory"
    elif ! [ -w "$existing" ]; then
        complain "--data $(quoted "$data") cannot be written: $existing is read-only. Choose another"
    elif [ "$existing" = "$data" ] && ! [ -e "$data/lock" ] && [ -n "$(ls -A "$data")" ]; then
        complain "--data $(quoted "$data") holds something that ./run did not put there. Choose an empty directory, or one that does not exist yet"
    fi
    step=$existing
    [ -d "$step" ] || step=/
    while [ "$step" != / ]; do
        case $(stat -c %A "$step") in
            d????????[xt]) ;;
            *) complain "--data $(quoted "$data") cannot be reached by jails and PostgreSQL, which are not root: $step does not let" \
                "others pass. Choose another, for example /var/lib/bailiwick-2, or run: chmod o+x $(quoted "$step")" ;;
        esac
        step=$(dirname "$step")
    done
}

# ---- the resources of this machine ----------------------------------------------------------------------------------

# listener PORT ADDRESS: prints the inode of a socket that listens on this address or on all. Prints nothing if there is none, and does
# not look for sockets on a single IPv6 address.
listener() {
    # In the kernel's form: the last byte first.
    case $2 in
        *:*) own_address=none ;;
        *) own_address=$(printf '%s' "$2" | awk -F . '{ printf "%02X%02X%02X%02X", $4, $3, $2, $1 }') ;;
    esac
    awk -v port="$(printf ':%04X' "$1")" -v own="$own_address" '$4 == "0A" && substr($2, length($2) - 4) == port {
        address = substr($2, 1, length($2) - 5)
        if (address ~ /^0+$/ || address == own || address == "0000000000000000FFFF0000" own) { print $10; exit }
    }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# check_port_free VARIABLE PORT: a process of this instance may use it, because ./run ends that process first.
check_port_free() {
    if [ "$1" = link_port ]; then at=$link_address; else at=127.0.0.1; fi
    inode=$(listener "$2" "$at")
    [ -n "$inode" ] || return 0
    holder=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null | head -n 1 | cut -d / -f 3)
    case " $own " in *" ${holder:-none} "*) return 0 ;; esac
    if [ -n "$holder" ]; then
        # Only printable characters.
        command=$(tr '\0' ' ' <"/proc/$holder/cmdline" | LC_ALL=C tr -c '[:print:]' '?' | cut -c 1-120)
        taken="process $holder ($command)"
    else
        taken="a process that is not visible here, for example in a container"
    fi
    free=$(($2 + 1))
    while [ "$free" -le 65535 ] && { [ -n "$(listener "$free" "$at")" ] || printf '%s ' "$ports" | grep -q "=$free "; }; do
        free=$((free + 1))
    done
    if [ "$free" -gt 65535 ]; then free=N; fi
    complain "Port $2 is taken by $taken. End that, or choose another: $(option "$1") $free"
}

check_ports_free() {
    # Processes of this instance that an earlier run left.
    own=
    for process in server agent database; do
        running "$process" && own="$own $pid"
    done
    for known in $ports; do
        check_port_free "${known%=*}" "${known#*=}"
    done
}

# check_room MIB DIRECTORY WHAT...
check_room() {
    mib=$1 directory=$2
    shift 2
    free=$(df -Pk "$directory" | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -lt "$mib" ]; then
        complain "$(quoted "$(readlink -f "$directory")") is on a disk with $free MiB free, and $mib are needed: $*"
    fi
}

# Checks the room for the data of a run (existing is the directory that already exists) and for a build here.
check_all_room() {
    if [ -d "$data/server/postgresql/data" ]; then run=256; else run=1024; fi
    if [ "$build" = yes ] && ! is_built; then here=1024; else here=0; fi
    if [ "$(stat -c %d "$existing")" = "$(stat -c %d .)" ]; then
        check_room $((run + here)) "$existing" "make room, or choose another disk by --data"
    else
        check_room $run "$existing" "make room, or choose another disk by --data"
        check_room $here . "the build makes that much"
    fi
}
