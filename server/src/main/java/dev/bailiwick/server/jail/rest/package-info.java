/** Jails and their policies in the API: what requests and answers look like. */
@NullMarked
package dev.bailiwick.server.jail.rest;

import org.jspecify.annotations.NullMarked;
