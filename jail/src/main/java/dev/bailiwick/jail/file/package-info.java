/** Files in a jail: their names, and what can be done with them. */
@NullMarked
package dev.bailiwick.jail.file;

import org.jspecify.annotations.NullMarked;
