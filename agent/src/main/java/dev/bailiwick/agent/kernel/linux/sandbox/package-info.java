/**
 * A process in its own namespaces that becomes the init of a jail: created in advance, confined, and started. The filter that
 * {@code Confinement} installs decides which calls are denied.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.sandbox;

import org.jspecify.annotations.NullMarked;
