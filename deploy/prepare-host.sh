#!/bin/sh
# Prepares a Linux host for jails; with --check it only says what is missing. Idempotent; see --help.
set -u

usage() {
    cat <<'END'
Usage: prepare-host.sh [--check]

Checks whether this kernel can run jails. Installs libnftables with apt-get or dnf. Loads the modules and sets the sysctls that
jails need, now and at every boot (/etc/modules-load.d/bailiwick.conf, /etc/sysctl.d/60-bailiwick.conf). Needs root. Exits 1 if the
host cannot run jails.

  --check   change nothing, only say what is missing
END
}

change=yes
case ${1:-} in
    "") ;;
    --check) change=no ;;
    -h | --help) usage; exit 0 ;;
    *) echo "There is no option '$1'; see prepare-host.sh --help" >&2; exit 2 ;;
esac
if [ "$(id -u)" != 0 ]; then
    echo "This needs root." >&2
    exit 1
fi

lacking=0
good() { printf 'ok       %s\n' "$1"; }
note() { printf 'limited  %s\n' "$1"; }
bad() {
    printf 'MISSING  %s\n' "$1"
    lacking=1
}

has_nftables() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libnftables\.so\.1 '; }

if [ "$change" = yes ]; then
    if ! has_nftables; then
        if command -v apt-get >/dev/null; then
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libnftables1 >/dev/null
        elif command -v dnf >/dev/null; then
            dnf install -y -q nftables >/dev/null
        fi
    fi
    # A module may also be built in; the checks below show whether it exists.
    for module in overlay veth sch_ingress cls_bpf nf_tables nft_ct nft_fib_inet nft_reject_inet nft_connlimit; do
        modprobe -q "$module" 2>/dev/null || true
    done
    mkdir -p /etc/modules-load.d /etc/sysctl.d
    printf 'overlay\nveth\nsch_ingress\ncls_bpf\nnf_tables\nnft_ct\nnft_fib_inet\nnft_reject_inet\nnft_connlimit\n' >/etc/modules-load.d/bailiwick.conf
    cat >/etc/sysctl.d/60-bailiwick.conf <<'END'
# Jails have addresses that this host routes.
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
# A host that forwards ignores router advertisements by default, and would lose its own default route.
net.ipv6.conf.all.accept_ra = 2
net.ipv6.conf.default.accept_ra = 2
# Neighbours of a host with many jails.
net.ipv4.neigh.default.gc_thresh3 = 8192
net.ipv6.neigh.default.gc_thresh3 = 8192
# The kernel counts these for each user; a jail is one user.
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 1048576
# Each of a thousand jails gets a share of these; see docs/counts.md.
kernel.pid_max = 4194304
kernel.threads-max = 4194304
kernel.pty.max = 132096
fs.aio-max-nr = 1048576
kernel.keys.maxkeys = 20000
END
    sysctl -q -e -p /etc/sysctl.d/60-bailiwick.conf
fi

kernel=$(uname -r)
major=${kernel%%.*}
minor=${kernel#*.}
minor=${minor%%.*}
if [ "$major" -gt 5 ] || { [ "$major" -eq 5 ] && [ "${minor%%[!0-9]*}" -ge 15 ]; }; then
    good "kernel $kernel"
else
    bad "kernel $kernel is older than 5.15, which jails need (idmapped mounts)"
fi

if grep -qw overlay /proc/filesystems; then
    good "overlay file system"
else
    bad "overlay file system: modprobe overlay"
fi

if unshare --user --map-root-user --mount --pid --net --uts --ipc --cgroup --fork true 2>/dev/null; then
    good "all seven namespaces"
else
    bad "namespaces: unshare of all seven failed; see user.max_user_namespaces and the kernel's configuration"
fi

if grep -qw errno /proc/sys/kernel/seccomp/actions_avail 2>/dev/null; then
    good "seccomp filters"
else
    bad "seccomp filters: the kernel is built without CONFIG_SECCOMP_FILTER"
fi

if has_nftables; then
    good "libnftables, which keeps jails apart"
else
    bad "libnftables.so.1, which keeps jails apart: apt-get install libnftables1 (Debian, Ubuntu), dnf install nftables (Fedora)"
fi

logged=$(cat /proc/sys/kernel/seccomp/actions_logged 2>/dev/null)
unlogged=
for action in errno kill_process log; do
    case " $logged " in
        *" $action "*) ;;
        *) unlogged="$unlogged $action" ;;
    esac
done
if [ -z "$unlogged" ]; then
    good "blocked calls are reported to the audit"
else
    note "kernel.seccomp.actions_logged lacks$unlogged: calls blocked in this way are not counted"
fi

cgroup=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5 } }' /proc/self/mountinfo | head -n 1)
if [ -z "$cgroup" ]; then
    bad "cgroup v2 is not mounted"
else
    good "cgroup v2 at $cgroup"
    for controller in cpu memory pids io; do
        if grep -qw "$controller" "$cgroup/cgroup.controllers"; then
            good "limits: $controller"
        else
            note "limits: no v2 $controller controller; boot with systemd.unified_cgroup_hierarchy=1"
        fi
    done
fi

for setting in kernel.pid_max kernel.threads-max; do
    if [ "$(sysctl -n "$setting")" -gt 1025000 ]; then
        good "$setting"
    else
        note "$setting is $(sysctl -n "$setting"): fewer than a thousand jails can use it up"
    fi
done

if [ "$(sysctl -n fs.suid_dumpable)" = 1 ]; then
    bad "fs.suid_dumpable is 1, which lets other processes read the agent's memory while it starts a jail: set it to 0 or 2"
else
    good "fs.suid_dumpable"
fi

for setting in net.ipv4.ip_forward net.ipv6.conf.all.forwarding; do
    if [ "$(sysctl -n "$setting" 2>/dev/null)" = 1 ]; then
        good "$setting"
    else
        note "$setting is off: jails reach only this host, and only this host reaches them"
    fi
done

# Sends a packet from one network namespace to another, on two links that are named like those of jails. Only this shows what the packet
# filters do with it, as their rules are hard to read.
came() { ip netns exec bailiwick-check-b cat /sys/class/net/eth0/statistics/rx_packets; }

make_check() {
    for end in a b; do
        ip netns add "bailiwick-check-$end" &&
            ip link add "bwcheck$end" address 02:00:00:00:00:01 type veth \
                peer name eth0 address 02:00:00:00:00:02 netns "bailiwick-check-$end" || return 1
        # With IPv6, the kernel would send packets of its own on this link.
        sysctl -q -w "net.ipv6.conf.bwcheck$end.disable_ipv6=1" 2>/dev/null
        sysctl -q -w "net.ipv4.conf.bwcheck$end.forwarding=1" &&
            ip link set "bwcheck$end" up && ip -n "bailiwick-check-$end" link set eth0 up || return 1
    done
    ip route add 198.51.100.129/32 dev bwchecka && ip route add 198.51.100.130/32 dev bwcheckb &&
        ip neighbour add 198.51.100.130 lladdr 02:00:00:00:00:02 dev bwcheckb &&
        ip -n bailiwick-check-a address add 198.51.100.129/32 dev eth0 && ip -n bailiwick-check-a route add default dev eth0 &&
        ip -n bailiwick-check-a neighbour add 198.51.100.130 lladdr 02:00:00:00:00:01 dev eth0
}

remove_check() {
    for end in a b; do
        ip link delete "bwcheck$end" 2>/dev/null
        ip netns delete "bailiwick-check-$end" 2>/dev/null
    done
}

if ! command -v ip >/dev/null || ! command -v bash >/dev/null; then
    note "not tested whether one jail reaches another: that needs ip and bash"
else
    remove_check
    if why=$(make_check 2>&1); then
        before=$(came)
        ip netns exec bailiwick-check-a bash -c 'echo >/dev/udp/198.51.100.130/9'
        tries=0
        while [ "$(came)" = "$before" ] && [ "$tries" -lt 10 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
        if [ "$(came)" = "$before" ]; then
            note "the packet filter of this host drops packets that jails send to each other and to other machines. Let it accept packets that come in by links named bw*, and the replies that go out by them. With Docker: iptables -I DOCKER-USER -i bw+ -j ACCEPT; iptables -I DOCKER-USER -o bw+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
        else
            good "the packet filter accepts packets that jails send to each other"
        fi
    else
        note "not tested whether one jail reaches another: the two links for the test cannot be created ($why)"
    fi
    remove_check
fi

exit "$lacking"
