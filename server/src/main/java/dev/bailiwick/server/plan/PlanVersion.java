package dev.bailiwick.server.plan;

import java.time.Instant;
import java.util.UUID;

/**
 * A version of a plan, which never changes.
 *
 * @param version 1 for the first one
 */
public record PlanVersion(UUID id, int version, PlanTerms terms, Instant createdAt) {}
