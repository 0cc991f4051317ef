/** Plans: what a hosting company sells, by versions. */
@NullMarked
package dev.bailiwick.server.plan;

import org.jspecify.annotations.NullMarked;
