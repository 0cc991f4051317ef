/**
 * Jails on Linux: namespaces, mounts by descriptor, routed veth, cgroup v2 and seccomp, through one small C library that is
 * the only native code of the project.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux;

import org.jspecify.annotations.NullMarked;
