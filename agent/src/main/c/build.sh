#!/bin/sh
# Compiles spawn.c for this machine into the directory given, as libbailiwick-spawn-<arch>.so.
set -eu
cd "$(dirname "$0")"
command -v cc >/dev/null || { echo "No C compiler. Install one: apt-get install gcc libc6-dev (Debian), dnf install gcc (Fedora)." >&2; exit 1; }
mkdir -p "$1"
