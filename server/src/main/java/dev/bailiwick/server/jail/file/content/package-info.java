/** The content of files of jails on its way to and from their hosts. */
@NullMarked
@NamedInterface("file")
package dev.bailiwick.server.jail.file.content;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
