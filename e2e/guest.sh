# shellcheck shell=sh
# Sourced by systemd and limits: a Debian userland, and a guest with nothing but cgroup v2 to run a program of the agent's tests in.
# Expects to stand in the tree; sets work, and JAVA_HOME by find_jdk25.

skip() {
    echo "Skipped: $*"
    exit 0
}

prepare() {
    [ "$(id -u)" = 0 ] || skip "real jails need root"
    find_jdk25 || exit 1
    work=${BAILIWICK_GUEST_WORK:-/var/cache/bailiwick-guest}
    mkdir -p "$work"
}

make_userland() {
    [ ! -d "$work/userland" ] || return 0
    command -v mmdebstrap >/dev/null || skip "no mmdebstrap to make the userland with"
    rm -rf "$work/new"
    mmdebstrap --quiet --mode=root --variant=minbase --include=systemd-sysv,dbus,iproute2 \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$work/new"
    cat >"$work/new/etc/systemd/system/witness.service" <<'UNIT'
[Unit]
Description=Tells the test how the boot went, and does what it asks for

[Service]
ExecStart=/bin/sh -c 'rm -f /command; { systemctl is-system-running --wait; systemctl list-units --failed --plain --no-legend; } >/witness.new; mv /witness.new /witness; until [ -e /command ]; do sleep 0.2; done; exec sh /command'

[Install]
WantedBy=multi-user.target
UNIT
    mkdir -p "$work/new/etc/systemd/system/multi-user.target.wants"
    ln -s ../witness.service "$work/new/etc/systemd/system/multi-user.target.wants/witness.service"
    : >"$work/new/etc/fstab"
    mv "$work/new" "$work/userland"
}

# The guest's own root is a copy of the userland, in $guest; tree, JDK and libraries of this machine it sees through hostfs. Its
# /tmp, where the jail's files go, is on its disk: a tmpfs of this kernel can not shift ids.
make_guest() {
    command -v linux.uml >/dev/null || skip "no User-Mode Linux to run a guest with"
    command -v depmod >/dev/null || skip "no depmod to prepare the guest's modules with"
    [ -d agent/target/agent/lib ] && [ -d agent/target/test-classes ] ||
        { echo "Build the agent first: ./mvnw -pl agent -am package -DskipTests" >&2; exit 1; }
    guest=$work/guest
    rm -rf "$guest"
    cp -a --reflink=auto "$work/userland" "$guest"
    mkdir -p "$guest/usr/lib/modules" "$guest/host"
    cp -a /usr/lib/uml/modules/. "$guest/usr/lib/modules/"
    cp -L /usr/bin/kmod "$guest/usr/bin/kmod"
    for tool in modprobe insmod; do ln -sf ../bin/kmod "$guest/usr/sbin/$tool"; done
    cp -L /usr/lib/x86_64-linux-gnu/libcrypto.so.3 /usr/lib/x86_64-linux-gnu/liblzma.so.5 "$guest/usr/lib/x86_64-linux-gnu/"
    for version in "$guest"/usr/lib/modules/*; do depmod -b "$guest" "${version##*/}"; done
}

# run_in_guest CLASS ARGUMENT PROMISE: boots the guest, runs the program, shows what it said; fails unless that holds the promise.
run_in_guest() {
    tree=/host$PWD
    cat >"$guest/guest-init" <<END_OF_INIT
#!/bin/sh
export PATH=/usr/sbin:/usr/bin HOME=/root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run
mount -t cgroup2 -o nsdelegate cgroup /sys/fs/cgroup
mount -t hostfs none /host -o /
for module in veth overlay nf_tables nft_chain_nat nft_masq; do modprobe \$module 2>/dev/null; done
ip link set lo up
# Its panics alone: of every process killed for lack of memory it says a line.
echo 1 >/proc/sys/kernel/printk
fallocate -l 256M /swap && chmod 600 /swap && mkswap /swap >/dev/null && swapon /swap
echo "guest: Linux \$(uname -r), \$(nproc) processor, cgroup v2 with \$(cat /sys/fs/cgroup/cgroup.controllers)"
/host$JAVA_HOME/bin/java -Xmx256m -Dstdout.encoding=UTF-8 --enable-native-access=ALL-UNNAMED -cp \
    "$tree/agent/target/agent/lib/*:$tree/agent/target/test-classes" "$1" "$2" 2>&1
echo o >/proc/sysrq-trigger
sleep 60
END_OF_INIT
    chmod 755 "$guest/guest-init"
    rm -f "$work/guest.ext4"
    truncate -s 2G "$work/guest.ext4"
    mkfs.ext4 -q -F -O ^has_journal -d "$guest" "$work/guest.ext4"
    runtime=$(mktemp -d /dev/shm/bailiwick-guest.XXXXXX)
    TMPDIR=$runtime timeout 600 linux.uml ubd0="$work/guest.ext4" root=/dev/ubda rw rootfstype=ext4 mem=1536M \
        umid=bailiwick uml_dir="$runtime" con=null con0=null,fd:1 ssl=null quiet init=/guest-init </dev/null \
        >"$work/guest.log" 2>&1 || true
    rm -rf "$runtime" "$guest"
    sed -n '/^guest:/,$p' "$work/guest.log"
    grep -q "$3" "$work/guest.log"
}
