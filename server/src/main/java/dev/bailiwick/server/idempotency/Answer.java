package dev.bailiwick.server.idempotency;

import java.util.Map;

/**
 * A response as it is kept.
 *
 * @param headers those that belong to the answer rather than to the connection
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Answer(int status, Map<String, String> headers, byte[] body) {}
