/** Hosts in the API. */
@NullMarked
package dev.bailiwick.server.host.rest;

import org.jspecify.annotations.NullMarked;
