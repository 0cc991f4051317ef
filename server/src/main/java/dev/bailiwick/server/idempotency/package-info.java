/** A POST that carries an Idempotency-Key takes effect once, however often it is sent, and is answered alike each time. */
@NullMarked
package dev.bailiwick.server.idempotency;

import org.jspecify.annotations.NullMarked;
