/**
 * A process in namespaces of its own that becomes the init of a jail: made in advance, confined, and started. A call is denied
 * by the filter that {@code Confinement} installs.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.sandbox;

import org.jspecify.annotations.NullMarked;
