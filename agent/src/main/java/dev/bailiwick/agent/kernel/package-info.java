/**
 * The only access to the operating system. {@link dev.bailiwick.agent.kernel.JailKernel} divides its methods by role: processes, other
 * parts of a running jail, files, networks, denied calls. Each kernel implements it once. If a kernel lacks a role, its
 * {@link dev.bailiwick.jail.HostFacts} lack a capability and give the reason. Only this package and its children make native calls.
 */
@NullMarked
package dev.bailiwick.agent.kernel;

import org.jspecify.annotations.NullMarked;
