package dev.bailiwick.server.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.syscall.Profile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The terms of one version of a plan.
 *
 * @param profiles the allowed ones; empty for all
 * @param bases the allowed ones; empty for all
 * @param sysctls the most of these settings of the kernel; empty for no bound
 * @param ports how many published ports
 * @param setuid whether programs may change their user by the setuid bit
 * @param outgoingMail whether a jail reaches TCP port 25 beyond its host, if the pool of its address allows that, too; a missing one
 *     does not allow it
 * @param backups how many are kept
 * @param notEnforced the fields to which nothing holds a jail: they are kept for those who sell it
 */
public record PlanVersionDocument(
        int version,
        LimitsDocument limits,
        @Nullable Long addresses,
        @Nullable Long disk,
        List<String> profiles,
        List<String> bases,
        Map<String, String> sysctls,
        @Nullable Integer ports,
        @Nullable Boolean setuid,
        @Nullable Boolean outgoingMail,
        @Nullable Integer backups,
        @Nullable String priceCode,
        List<String> notEnforced,
        Instant createdAt) {

    static PlanVersionDocument of(PlanVersion version) {
        return of(version, version.terms().priceCode());
    }

    /** Returns the version without its price code, which only staff sees. */
    public static PlanVersionDocument withoutPriceCode(PlanVersion version) {
        return of(version, null);
    }

    private static PlanVersionDocument of(PlanVersion version, @Nullable String priceCode) {
        PlanTerms terms = version.terms();
        return new PlanVersionDocument(
                version.version(),
                LimitsDocument.of(terms.limits()),
                terms.addresses(),
                terms.disk(),
                terms.profiles().stream().map(Profile::text).toList(),
                terms.bases().stream().map(Base::text).toList(),
                terms.sysctls().all(),
                terms.promises().ports(),
                terms.promises().setuid(),
                terms.promises().outgoingMail(),
                terms.promises().backups(),
                priceCode,
                PlanTerms.NOT_ENFORCED,
                version.createdAt());
    }
}
