/** The paths of jails on a host, and the files that removed jails left there. */
@NullMarked
package dev.bailiwick.server.jail.intent.file;

import org.jspecify.annotations.NullMarked;
