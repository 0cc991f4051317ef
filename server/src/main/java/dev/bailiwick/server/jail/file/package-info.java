/** The files of jails, by the API. */
@NullMarked
package dev.bailiwick.server.jail.file;

import org.jspecify.annotations.NullMarked;
