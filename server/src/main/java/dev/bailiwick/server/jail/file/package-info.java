/** The files of jails, by the API and on pages. */
@NullMarked
@NamedInterface("file")
package dev.bailiwick.server.jail.file;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
