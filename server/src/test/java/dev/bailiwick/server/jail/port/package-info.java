@NullMarked
package dev.bailiwick.server.jail.port;

import org.jspecify.annotations.NullMarked;
