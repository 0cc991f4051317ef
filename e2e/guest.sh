# shellcheck shell=sh
# Sourced by daemons, limits, programs, starts and systemd: a Debian userland, and a guest with only cgroup v2, in which a program of
# the agent's tests runs. Must be sourced in the root of the tree; sets work, and JAVA_HOME by find_jdk25.

skip() {
    echo "Skipped: $*"
    exit 0
}

fail() {
    echo "Failed: $*" >&2
    exit 1
}

prepare() {
    [ "$(id -u)" = 0 ] || skip "real jails need root"
    find_jdk25 || exit 1
    work=${BAILIWICK_GUEST_WORK:-/var/cache/bailiwick-guest}
    mkdir -p "$work"
}

# debian TO PACKAGES [OPTION...]: creates a small Debian, once.
debian() {
    [ ! -d "$1" ] || return 0
    command -v mmdebstrap >/dev/null || skip "no mmdebstrap to make a Debian with (apt-get install mmdebstrap)"
    to=$1 packages=$2
    shift 2
    rm -rf --one-file-system "$to.new"
    mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$@" \
        "${suite:-bookworm}" "$to.new" >"$to.log" 2>&1 || {
        tail -n 20 "$to.log" >&2
        fail "mmdebstrap could not make $to; all it said is in $to.log"
    }
    mv "$to.new" "$to"
}

make_userland() {
    [ ! -e "$work/userland/etc/systemd/system/witness.service" ] || return 0
    rm -rf "$work/userland"
    debian "$work/userland" systemd-sysv,dbus,iproute2
    mkdir -p "$work/userland/etc/systemd/system/multi-user.target.wants"
    ln -s ../witness.service "$work/userland/etc/systemd/system/multi-user.target.wants/witness.service"
    : >"$work/userland/etc/fstab"
    cat >"$work/userland/etc/systemd/system/witness.service" <<'UNIT'
[Unit]
Description=Reports to the test how the boot went, and does what it asks for

[Service]
ExecStart=/bin/sh -c 'rm -f /command; { systemctl is-system-running --wait; systemctl list-units --failed --plain --no-legend; } >/witness.new; mv /witness.new /witness; until [ -e /command ]; do sleep 0.2; done; exec sh /command'

[Install]
WantedBy=multi-user.target
UNIT
}

# The guest's root, in $guest: a Debian with its kernel, this machine's JDK, and the build. User-Mode Linux would need no emulation,
# but its kernel fails on processors with AMX ("ptrace set fp regs failed"); QEMU runs on every machine.
make_guest() {
    command -v qemu-system-x86_64 >/dev/null || skip "no QEMU to run a guest with (apt-get install qemu-system-x86)"
    command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4 to make the guest's disk with (apt-get install e2fsprogs)"
    [ -d agent/target/agent/lib ] && [ -d agent/target/test-classes ] ||
        fail "Build the agent first: ./mvnw -pl agent -am package -DskipTests"
    # An older guest lacks the library, which jails need now.
    set -- "$work"/linux/usr/lib/*/libnftables.so.1
    [ -e "$1" ] || rm -rf "$work/linux"
    # Only the few modules that its disk needs.
    # shellcheck disable=SC2016 # the hook's own $1
    debian "$work/linux" iproute2,kmod,libnftables1,linux-image-cloud-amd64 --essential-hook='
        mkdir -p "$1/etc/initramfs-tools/conf.d"
        printf "MODULES=list\n" >"$1/etc/initramfs-tools/conf.d/guest"
        printf "virtio_pci\nvirtio_blk\n" >"$1/etc/initramfs-tools/modules"'
    guest=$work/guest
    rm -rf "$guest"
    cp -a --reflink=auto "$work/linux" "$guest"
    rm -rf "$guest"/boot/* "$guest"/var/lib/apt/lists "$guest"/var/cache/apt
    mkdir -p "$guest/opt/agent"
    cp -a -L "$JAVA_HOME" "$guest/opt/java"
    rm -rf "$guest"/opt/java/jmods "$guest"/opt/java/lib/src.zip
    cp -a agent/target/agent/lib agent/target/test-classes "$guest/opt/agent/"
}

# boot ACCELERATOR: runs the guest until it ends; fails if it prints nothing for a while. guest_cpus is the number of its processors, 1 if
# it is not set, and guest_disk are more options of its disk.
boot() {
    : >"$work/guest.log"
    case $1 in
        kvm) set -- -accel kvm -cpu host ;;
        tcg) set -- -accel tcg,thread=single -cpu max ;;
    esac
    timeout "${BAILIWICK_GUEST_SECONDS:-900}" qemu-system-x86_64 "$@" -M pc -smp "${guest_cpus:-1}" -m 1536 -nodefaults -display none -no-reboot -nic none \
        -kernel "$work"/linux/boot/vmlinuz-* -initrd "$work"/linux/boot/initrd.img-* \
        -append "root=/dev/vda rw rootfstype=ext4 console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off psi=1 init=/guest-init" \
        -drive file="$work/guest.ext4",format=raw,if=virtio,snapshot=on${guest_disk:-} -device virtio-rng-pci \
        -serial "file:$work/guest.log" 2>"$work/guest.errors" &
    emulator=$!
    waited=0
    until grep -q '^guest:' "$work/guest.log"; do
        sleep 1
        waited=$((waited + 1))
        if [ "$waited" -gt 120 ] || ! kill -0 "$emulator" 2>/dev/null; then
            kill "$emulator" 2>/dev/null || true
            wait "$emulator" || true
            return 1
        fi
    done
    wait "$emulator" || true
}

# How far a silent guest came.
last_words() {
    tail -n 3 "$work/guest.errors" "$work/guest.log" | tr -d '\r' | sed 's/^/  /'
}

# run_in_guest CLASS ARGUMENT PROMISE: boots the guest, runs the program, prints its output; fails unless the output contains
# PROMISE.
run_in_guest() {
    cat >"$guest/guest-init" <<END_OF_INIT
#!/bin/sh
export PATH=/usr/sbin:/usr/bin HOME=/root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run
mount -t cgroup2 -o nsdelegate cgroup /sys/fs/cgroup
for module in veth overlay nf_tables nft_chain_nat nft_masq sch_ingress cls_bpf bfq; do modprobe \$module 2>/dev/null; done
ip link set lo up
# Only panics, because the kernel prints a line for every process that it kills for lack of memory.
echo 1 >/proc/sys/kernel/printk
fallocate -l 256M /swap && chmod 600 /swap && mkswap /swap >/dev/null && swapon /swap
echo "guest: Linux \$(uname -r), \$(nproc) processors, cgroup v2 with \$(cat /sys/fs/cgroup/cgroup.controllers)"
/opt/java/bin/java -Xmx256m -XX:TieredStopAtLevel=1 -Dstdout.encoding=UTF-8 --enable-native-access=ALL-UNNAMED ${BAILIWICK_JAVA_OPTIONS:-} \
    -cp "/opt/agent/lib/*:/opt/agent/test-classes" "$1" "$2" 2>&1
sync
echo o >/proc/sysrq-trigger
sleep 60
END_OF_INIT
    chmod 755 "$guest/guest-init"
    rm -f "$work/guest.ext4"
    truncate -s 3G "$work/guest.ext4"
    mkfs.ext4 -q -F -O ^has_journal -d "$guest" "$work/guest.ext4" || fail "cannot make the guest's disk from $guest"
    rm -rf "$guest"
    booted=no
    # If this machine is itself a guest, KVM may exist but not run an ordinary kernel.
    for accelerator in kvm tcg; do
        if [ "$accelerator" = kvm ]; then
            [ -w /dev/kvm ] || { echo "Guest: not with KVM, there is no /dev/kvm"; continue; }
            [ ! -d /sys/module/kvm_pvm ] || { echo "Guest: not with KVM, this one (kvm_pvm) runs no stock kernel"; continue; }
        fi
        if boot "$accelerator"; then
            echo "Guest: in QEMU with $accelerator"
            booted=yes
            break
        fi
        echo "Guest: did not come up in QEMU with $accelerator:"
        last_words
    done
    rm -f "$work/guest.ext4"
    [ "$booted" = yes ] || fail "no way to run a guest here worked"
    tr -d '\r' <"$work/guest.log" | sed -n '/^guest:/,$p'
    tr -d '\r' <"$work/guest.log" | grep -q "$3" || fail "the guest did not say '$3'; all it said is above, and in $work/guest.log"
}
