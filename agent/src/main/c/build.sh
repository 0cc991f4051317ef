#!/bin/sh
# Compiles spawn.c to libbailiwick-spawn.so, init.c to bailiwick-init and enter.c to bailiwick-enter in the given directory, for this machine, or with CC for another.
set -eu
cd "$(dirname "$0")"
command -v "${CC:-cc}" >/dev/null || {
  echo "No C compiler. Install one: apt-get install gcc libc6-dev (Debian), dnf install gcc (Fedora)." >&2
  exit 1
}
mkdir -p "$1"
# No libc and no stack protector: the child has no thread-local storage for a canary, and the init has no libc to set one up.
compile() {
  "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Werror -nostdlib -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fcf-protection=none -Wl,-z,noexecstack "$@" 2>"$to/cc.log" || {
    cat "$to/cc.log" >&2
    exit 1
  }
}
to=$1
compile -fPIC -shared -Wl,-z,relro,-z,now -o "$to/libbailiwick-spawn.so.tmp" spawn.c
for program in init enter; do
  compile -static -fno-pie -no-pie -fno-tree-loop-distribute-patterns -Wl,--build-id=none -Wl,-z,noseparate-code -s \
    -o "$to/bailiwick-$program.tmp" $program.c
done
rm -f "$to/cc.log"
mv "$to/libbailiwick-spawn.so.tmp" "$to/libbailiwick-spawn.so"
for program in init enter; do
  mv "$to/bailiwick-$program.tmp" "$to/bailiwick-$program"
done
