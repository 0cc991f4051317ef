/** What people do with the files of a jail: by descriptor, below its root directory, with the rights of its root. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.files;

import org.jspecify.annotations.NullMarked;
