package dev.bailiwick.server.idempotency;

import java.util.Map;

/**
 * A stored response.
 *
 * @param headers the headers of the answer, without those of the connection
 */
@SuppressWarnings("ArrayRecordComponent") // Answers are never compared.
record Answer(int status, Map<String, String> headers, byte[] body) {}
