/** How the processes of a jail run: the command, as whom and where it runs, how it is stopped, when it runs again. */
@NullMarked
package dev.bailiwick.jail.process;

import org.jspecify.annotations.NullMarked;
