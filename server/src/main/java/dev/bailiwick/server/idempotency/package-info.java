/**
 * Requests with an Idempotency-Key: such a POST takes effect once, however often it is sent, and gets the same answer each time.
 */
@NullMarked
package dev.bailiwick.server.idempotency;

import org.jspecify.annotations.NullMarked;
