package dev.bailiwick.server.plan.page;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.PlanVersion;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A version of a plan as its page shows it. What the plan does not bound is null.
 *
 * @param cpu in CPUs
 * @param setuid {@code yes}, {@code no}, or empty if the plan does not say; likewise {@code outgoingMail}
 */
record ShownVersion(
        int number,
        @Nullable String memory,
        @Nullable String processes,
        @Nullable String cpu,
        @Nullable String addresses,
        @Nullable String disk,
        @Nullable String profiles,
        @Nullable String bases,
        @Nullable Integer ports,
        String setuid,
        String outgoingMail,
        @Nullable Integer backups,
        @Nullable String priceCode,
        Moment created) {

    static ShownVersion of(PlanVersion version, Instant now) {
        PlanTerms terms = version.terms();
        Limits limits = terms.limits();
        return new ShownVersion(
                version.version(),
                limits.memoryBytes().isPresent()
                        ? ByteSize.text(limits.memoryBytes().getAsLong())
                        : null,
                limits.processes().isPresent()
                        ? String.valueOf(limits.processes().getAsInt())
                        : null,
                limits.cpuMillis().isPresent()
                        ? BigDecimal.valueOf(limits.cpuMillis().getAsInt(), 3)
                                .stripTrailingZeros()
                                .toPlainString()
                        : null,
                terms.addresses() == null ? null : terms.addresses().toString(),
                terms.disk() == null ? null : ByteSize.text(terms.disk()),
                terms.profiles().isEmpty()
                        ? null
                        : terms.profiles().stream().map(Profile::text).collect(Collectors.joining(", ")),
                terms.bases().isEmpty()
                        ? null
                        : terms.bases().stream().map(Base::text).collect(Collectors.joining(", ")),
                terms.promises().ports(),
                yesOrNo(terms.promises().setuid()),
                yesOrNo(terms.promises().outgoingMail()),
                terms.promises().backups(),
                terms.priceCode(),
                Moment.of(version.createdAt(), now));
    }

    static String yesOrNo(@Nullable Boolean value) {
        if (value == null) {
            return "";
        }
        return value ? "yes" : "no";
    }
}
