/** Tests of repeated requests. */
@NullMarked
package dev.bailiwick.server.idempotency;

import org.jspecify.annotations.NullMarked;
