/** Why something cannot be done with files of a jail. */
@NullMarked
@NamedInterface("file")
package dev.bailiwick.server.jail.file.failure;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
