package dev.bailiwick.server.plan.page;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.PlanVersion;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A version of a plan as its page shows it. What the plan does not bound is null.
 *
 * @param cpu in CPUs
 * @param limits the other limits that it bounds, by the names of the API
 * @param sysctls with commas between them
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
        List<ShownLimit> limits,
        @Nullable String sysctls,
        @Nullable Integer ports,
        String setuid,
        String outgoingMail,
        @Nullable Integer backups,
        @Nullable String priceCode,
        Moment created) {

    private static final Set<Limit> WITH_FIELD = Set.of(Limit.MEMORY, Limit.PROCESSES, Limit.CPU_MILLIS);

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
                others(limits),
                terms.sysctls().all().isEmpty()
                        ? null
                        : terms.sysctls().all().entrySet().stream()
                                .map(Map.Entry::toString)
                                .collect(Collectors.joining(", ")),
                terms.promises().ports(),
                yesOrNo(terms.promises().setuid()),
                yesOrNo(terms.promises().outgoingMail()),
                terms.promises().backups(),
                terms.priceCode(),
                Moment.of(version.createdAt(), now));
    }

    /** A limit; its label is the message {@code limit.<name>}. */
    record ShownLimit(String name, String text) {}

    private static List<ShownLimit> others(Limits limits) {
        List<ShownLimit> others = new ArrayList<>();
        limits.amounts().forEach((limit, most) -> {
            if (!WITH_FIELD.contains(limit)) {
                others.add(new ShownLimit(limit.text(), limit.written(most)));
            }
        });
        if (!limits.cpus().isAll()) {
            others.add(new ShownLimit("cpus", limits.cpus().text()));
        }
        return others;
    }

    static String yesOrNo(@Nullable Boolean value) {
        if (value == null) {
            return "";
        }
        return value ? "yes" : "no";
    }
}
