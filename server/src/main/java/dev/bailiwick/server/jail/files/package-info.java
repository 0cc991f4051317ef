/** The files that removed jails left on their hosts. */
@NullMarked
package dev.bailiwick.server.jail.files;

import org.jspecify.annotations.NullMarked;
