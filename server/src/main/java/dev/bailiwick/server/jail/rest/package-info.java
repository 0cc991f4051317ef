/** The API for jails and their policies, with its requests and answers. */
@NullMarked
package dev.bailiwick.server.jail.rest;

import org.jspecify.annotations.NullMarked;
