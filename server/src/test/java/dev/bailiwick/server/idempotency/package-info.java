/** Tests of requests that come more than once. */
@NullMarked
package dev.bailiwick.server.idempotency;

import org.jspecify.annotations.NullMarked;
