@NullMarked
package dev.bailiwick.server.ssh;

import org.jspecify.annotations.NullMarked;
