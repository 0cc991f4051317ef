@NullMarked
package dev.bailiwick.server.fuzz;

import org.jspecify.annotations.NullMarked;
