package dev.bailiwick.server.plan;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The terms of a plan, as a client requests them. What is missing is not bounded. */
public final class PlanRequest {

    /** As many as anybody allows by name. */
    private static final int MAX_ALLOWED = 100;

    private static final int MAX_PRICE_CODE = 200;
    private static final int MAX_ADDRESSES = IpAddresses.MAX;

    private PlanRequest() {}

    /**
     * A request for a plan.
     *
     * @param disk bytes, or a size
     * @param sysctls the most of these settings of the kernel; they are the default, too
     * @param ports how many published ports
     * @param backups how many are kept
     */
    record NewPlanRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String name,

            @Nullable LimitsDraft limits,
            @Nullable Integer addresses,
            @Nullable String disk,
            @Nullable List<@Nullable String> profiles,
            @Nullable List<@Nullable String> bases,
            @Nullable Map<String, @Nullable String> sysctls,
            @Nullable Integer ports,
            @Nullable Boolean setuid,
            @Nullable Boolean outgoingMail,
            @Nullable Integer backups,
            @Nullable String priceCode) {

        PlanTerms terms() {
            TermsRequest terms = new TermsRequest(
                    limits, addresses, disk, profiles, bases, sysctls, ports, setuid, outgoingMail, backups, priceCode);
            return PlanRequest.terms(name, terms::terms);
        }
    }

    /**
     * Returns the terms for a new plan of this name.
     *
     * @throws InvalidRequest naming every invalid field, also the name
     */
    public static PlanTerms terms(@Nullable String name, Supplier<PlanTerms> terms) {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, Plans.MAX_NAME, violations);
        try {
            PlanTerms read = terms.get();
            if (violations.isEmpty()) {
                return read;
            }
        } catch (InvalidRequest invalid) {
            violations.addAll(invalid.violations());
        }
        throw new InvalidRequest(violations);
    }

    /** A request for the next version of a plan. */
    public record TermsRequest(
            @Nullable LimitsDraft limits,
            @Nullable Integer addresses,
            @Nullable String disk,
            @Nullable List<@Nullable String> profiles,
            @Nullable List<@Nullable String> bases,
            @Nullable Map<String, @Nullable String> sysctls,
            @Nullable Integer ports,
            @Nullable Boolean setuid,
            @Nullable Boolean outgoingMail,
            @Nullable Integer backups,
            @Nullable String priceCode) {

        /** @throws InvalidRequest naming every invalid field */
        public PlanTerms terms() {
            List<Violation> violations = new ArrayList<>();
            Limits most = limits == null ? Limits.NONE : limits.read(violations).orElse(Limits.NONE);
            if (addresses != null && (addresses < 1 || addresses > MAX_ADDRESSES)) {
                violations.add(new Violation("/addresses", "must be 1 to " + MAX_ADDRESSES + ", as a jail has"));
            }
            long bytes = read("/disk", disk, ByteSize::parse, 0L, violations);
            List<Profile> allowed = all("/profiles", profiles, Profile::parse, violations);
            List<Base> bases = all("/bases", this.bases, Base::parse, violations);
            Sysctls settings = settings(violations);
            checkNumber("/ports", ports, PlanTerms.Promises.MAX_PORTS, violations);
            checkNumber("/backups", backups, PlanTerms.Promises.MAX_BACKUPS, violations);
            if (priceCode != null) {
                FreeText.check("/priceCode", priceCode, MAX_PRICE_CODE, violations);
            }
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return new PlanTerms(
                    most,
                    settings,
                    addresses == null ? null : Long.valueOf(addresses),
                    disk == null ? null : bytes,
                    allowed,
                    bases,
                    new PlanTerms.Promises(ports, setuid, outgoingMail, backups),
                    priceCode);
        }

        private Sysctls settings(List<Violation> violations) {
            SortedMap<String, String> settings = new TreeMap<>();
            if (sysctls != null) {
                sysctls.forEach((name, value) -> {
                    if (!Sysctls.amounts().contains(name)) {
                        violations.add(new Violation(
                                "/sysctls/" + name,
                                "is not one of the settings that a plan can bound: "
                                        + String.join(", ", Sysctls.amounts())));
                    } else if (value == null) {
                        violations.add(new Violation("/sysctls/" + name, "is required"));
                    } else {
                        String checked =
                                read("/sysctls/" + name, value, text -> Sysctls.check(name, text), "", violations);
                        if (!checked.isEmpty()) {
                            settings.put(name, checked);
                        }
                    }
                });
            }
            return new Sysctls(settings);
        }

        private static void checkNumber(
                String pointer, @Nullable Integer number, int most, List<Violation> violations) {
            if (number != null && (number < 0 || number > most)) {
                violations.add(new Violation(pointer, "must be 0 to " + most));
            }
        }

        private static <T, R> R read(
                String pointer, @Nullable T value, Function<T, R> reader, R missing, List<Violation> violations) {
            if (value == null) {
                return missing;
            }
            try {
                return reader.apply(value);
            } catch (InvalidValue e) {
                violations.add(new Violation(pointer, e.reason()));
                return missing;
            }
        }

        private static <T> List<T> all(
                String pointer,
                @Nullable List<@Nullable String> texts,
                Function<String, T> parser,
                List<Violation> violations) {
            List<T> read = new ArrayList<>();
            if (texts == null) {
                return read;
            }
            if (texts.size() > MAX_ALLOWED) {
                violations.add(new Violation(pointer, "must have at most " + MAX_ALLOWED));
                return read;
            }
            for (int i = 0; i < texts.size(); i++) {
                String text = texts.get(i);
                if (text == null) {
                    violations.add(new Violation(pointer + "/" + i, "is required"));
                    continue;
                }
                try {
                    read.add(parser.apply(text));
                } catch (InvalidValue e) {
                    violations.add(new Violation(pointer + "/" + i, e.reason()));
                }
            }
            return read.stream().distinct().toList();
        }
    }
}
