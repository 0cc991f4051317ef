/**
 * The only door to the operating system: a handful of typed verbs, implemented once for each kernel. Nothing outside this
 * package and its children makes a native call.
 */
@NullMarked
package dev.bailiwick.agent.kernel;

import org.jspecify.annotations.NullMarked;
