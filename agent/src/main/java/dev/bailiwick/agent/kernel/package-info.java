/**
 * The only door to the operating system: {@link dev.bailiwick.agent.kernel.JailKernel}, whose verbs are parted by role (what runs, what a
 * running jail needs, files, networks, denied calls) and implemented once for each kernel. A role that a kernel does not have is a
 * capability that its {@link dev.bailiwick.jail.HostFacts} lack, with the reason. Nothing outside this package and its children
 * makes a native call.
 */
@NullMarked
package dev.bailiwick.agent.kernel;

import org.jspecify.annotations.NullMarked;
