/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.rest;

import org.jspecify.annotations.NullMarked;
