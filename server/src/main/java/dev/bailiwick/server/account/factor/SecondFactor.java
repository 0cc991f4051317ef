package dev.bailiwick.server.account.factor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a user has a second factor.
 *
 * @param since when it was confirmed; null if the user has none
 * @param recoveryCodes how many recovery codes are left, 0 to 10
 */
public record SecondFactor(@Nullable Instant since, int recoveryCodes) {}
