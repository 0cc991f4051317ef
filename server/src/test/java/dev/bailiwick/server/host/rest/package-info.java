/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.host.rest;

import org.jspecify.annotations.NullMarked;
