# shellcheck shell=sh
# Sourced by run, test, bench and mvnw: find_jdk25 sets and exports JAVA_HOME, or says what to install and fails.

is_jdk25() {
    [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25' "$1/release" 2>/dev/null
}

find_jdk25() {
    on_path=$(command -v javac 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    caller_home=$HOME
    if [ -n "${SUDO_USER:-}" ]; then
        caller_home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*25* /opt/*25* /opt/*/*25* \
        "$HOME"/.sdkman/candidates/java/25* "$caller_home"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25*; do
        if is_jdk25 "$candidate"; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return 0
        fi
    done
    cat >&2 <<'END'
Bailiwick needs a JDK 25, and there is none in JAVA_HOME, PATH, /usr/lib/jvm, /opt or SDKMAN. Install one of:
  Debian 13+, Ubuntu 25.10+   apt-get install openjdk-25-jdk-headless
  Fedora 43+                  dnf install java-25-openjdk-devel
  Debian 12, Ubuntu 22.04+    Eclipse Temurin, from https://adoptium.net/installation/linux , then
                              apt-get install temurin-25-jdk
  any, as a user              sdk install java 25-tem        (https://sdkman.io)
or set JAVA_HOME to a JDK 25 in another directory.
END
    return 1
}

# Fails if there is no C compiler, and says what to install: a small part of the agent is C.
require_cc() {
    if command -v cc >/dev/null 2>&1 && printf '#include <asm/unistd.h>\n' | cc -fsyntax-only -xc - 2>/dev/null; then
        return 0
    fi
    cat >&2 <<'END'
Bailiwick needs a C compiler with its headers: a small part of the agent is C. Install one:
  Debian, Ubuntu   apt-get install gcc libc6-dev
  Fedora           dnf install gcc glibc-devel
END
    return 1
}

# Fails if there is no libnftables, and says what to install: without it no jail starts.
require_nftables() {
    if PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q 'libnftables\.so\.1 '; then
        return 0
    fi
    cat >&2 <<'END'
Bailiwick needs libnftables, by which the agent keeps jails apart from each other and from the host. Install it:
  Debian, Ubuntu   apt-get install libnftables1
  Fedora           dnf install nftables
END
    return 1
}

# install_if_root PACKAGE...: installs with apt-get, if it exists and this is root.
install_if_root() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing with apt-get: $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    fi
}
