package dev.bailiwick.server.account.session;

import java.time.Instant;

/**
 * A session of the pages.
 *
 * @param key identifies it among the sessions of its user, and opens nothing
 * @param address the address from which it began; empty if unknown
 * @param device what the browser called itself, at most 200 characters; empty if unknown
 * @param by what its user has shown, for example {@code password+code}; empty if unknown
 * @param lastUsedAt to a minute
 * @param current whether the request that asks belongs to it
 */
public record UserSession(
        String key, String address, String device, String by, Instant begunAt, Instant lastUsedAt, boolean current) {}
