/**
 * Jails on Linux: namespaces, mounts by descriptor, routed veth, cgroup v2 and seccomp, through one small C library. That library is the
 * project's only native code.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux;

import org.jspecify.annotations.NullMarked;
