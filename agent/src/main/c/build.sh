#!/bin/sh
# Compiles spawn.c for this machine into the directory given, as libbailiwick-spawn.so.
set -eu
cd "$(dirname "$0")"
command -v cc >/dev/null || {
  echo "No C compiler. Install one: apt-get install gcc libc6-dev (Debian), dnf install gcc (Fedora)." >&2
  exit 1
}
mkdir -p "$1"
# No libc and no stack protector: the child has no thread-local storage to keep a canary in.
cc -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector \
  -fno-asynchronous-unwind-tables -fcf-protection=none -Wl,-z,noexecstack,-z,relro,-z,now -o "$1/libbailiwick-spawn.so.tmp" spawn.c 2>"$1/cc.log" || {
  cat "$1/cc.log" >&2
  exit 1
}
rm -f "$1/cc.log"
mv "$1/libbailiwick-spawn.so.tmp" "$1/libbailiwick-spawn.so"
