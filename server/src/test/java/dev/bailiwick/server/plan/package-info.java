@NullMarked
package dev.bailiwick.server.plan;

import org.jspecify.annotations.NullMarked;
