/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.view;

import org.jspecify.annotations.NullMarked;
