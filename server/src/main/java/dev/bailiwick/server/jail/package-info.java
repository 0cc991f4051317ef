/** Jails: the desired state of each, its status, and all that leads from one to the other. */
@NullMarked
package dev.bailiwick.server.jail;

import org.jspecify.annotations.NullMarked;
