#!/bin/sh
# Compiles spawn.c to libbailiwick-spawn.so in the given directory, for this machine, or with CC for another.
set -eu
cd "$(dirname "$0")"
command -v "${CC:-cc}" >/dev/null || {
  echo "No C compiler. Install one: apt-get install gcc libc6-dev (Debian), dnf install gcc (Fedora)." >&2
  exit 1
}
mkdir -p "$1"
# No libc and no stack protector: the child has no thread-local storage for a canary.
"${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector \
  -fno-asynchronous-unwind-tables -fcf-protection=none -Wl,-z,noexecstack,-z,relro,-z,now -o "$1/libbailiwick-spawn.so.tmp" spawn.c 2>"$1/cc.log" || {
  cat "$1/cc.log" >&2
  exit 1
}
rm -f "$1/cc.log"
mv "$1/libbailiwick-spawn.so.tmp" "$1/libbailiwick-spawn.so"
