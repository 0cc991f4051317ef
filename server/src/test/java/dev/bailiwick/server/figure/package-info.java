@NullMarked
package dev.bailiwick.server.figure;

import org.jspecify.annotations.NullMarked;
