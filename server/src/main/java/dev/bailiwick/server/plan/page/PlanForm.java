package dev.bailiwick.server.plan.page;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.plan.PlanRequest.TermsRequest;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form with the terms of a plan, as it was filled in. An empty field is no bound.
 *
 * @param name only of a new plan
 * @param profiles with spaces or commas between them
 * @param bases as {@code profiles}
 * @param sysctls such as {@code net.core.somaxconn=1024}, with commas between them
 * @param setuid {@code yes}, {@code no} or empty; likewise {@code outgoingMail}
 */
record PlanForm(
        String name,
        LimitsDraft limits,
        String addresses,
        String disk,
        String profiles,
        String bases,
        String sysctls,
        String ports,
        String setuid,
        String outgoingMail,
        String backups,
        String priceCode) {

    static final PlanForm EMPTY = new PlanForm("", LimitsDraft.NONE, "", "", "", "", "", "", "", "", "", "");

    PlanForm {
        name = Objects.requireNonNullElse(name, "");
        limits = Objects.requireNonNullElse(limits, LimitsDraft.NONE);
        addresses = Objects.requireNonNullElse(addresses, "");
        disk = Objects.requireNonNullElse(disk, "");
        profiles = Objects.requireNonNullElse(profiles, "");
        bases = Objects.requireNonNullElse(bases, "");
        sysctls = Objects.requireNonNullElse(sysctls, "");
        ports = Objects.requireNonNullElse(ports, "");
        setuid = Objects.requireNonNullElse(setuid, "");
        outgoingMail = Objects.requireNonNullElse(outgoingMail, "");
        backups = Objects.requireNonNullElse(backups, "");
        priceCode = Objects.requireNonNullElse(priceCode, "");
    }

    static PlanForm of(PlanTerms terms) {
        return new PlanForm(
                "",
                LimitsDraft.of(terms.limits()),
                text(terms.addresses()),
                terms.disk() == null ? "" : ByteSize.text(terms.disk()),
                terms.profiles().stream().map(Profile::text).collect(Collectors.joining(" ")),
                terms.bases().stream().map(Base::text).collect(Collectors.joining(" ")),
                terms.sysctls().all().entrySet().stream()
                        .map(Map.Entry::toString)
                        .collect(Collectors.joining(", ")),
                text(terms.promises().ports()),
                ShownVersion.yesOrNo(terms.promises().setuid()),
                ShownVersion.yesOrNo(terms.promises().outgoingMail()),
                text(terms.promises().backups()),
                Objects.requireNonNullElse(terms.priceCode(), ""));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /** @throws InvalidRequest naming every invalid field */
    PlanTerms terms() {
        List<Violation> violations = new ArrayList<>();
        TermsRequest wanted = new TermsRequest(
                limits,
                number("/addresses", addresses, violations),
                optional(disk),
                words(profiles),
                words(bases),
                settings(violations),
                number("/ports", ports, violations),
                yes("/setuid", setuid, violations),
                yes("/outgoingMail", outgoingMail, violations),
                number("/backups", backups, violations),
                optional(priceCode));
        try {
            PlanTerms terms = wanted.terms();
            if (violations.isEmpty()) {
                return terms;
            }
        } catch (InvalidRequest invalid) {
            violations.addAll(invalid.violations());
        }
        throw new InvalidRequest(violations);
    }

    private static @Nullable String optional(String text) {
        return text.isBlank() ? null : text.strip();
    }

    private static @Nullable Integer number(String pointer, String text, List<Violation> violations) {
        if (text.isBlank()) {
            return null;
        }
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException e) {
            violations.add(new Violation(pointer, "must be a whole number"));
            return null;
        }
    }

    private static @Nullable Boolean yes(String pointer, String chosen, List<Violation> violations) {
        return switch (chosen) {
            case "" -> null;
            case "yes" -> Boolean.TRUE;
            case "no" -> Boolean.FALSE;
            default -> {
                violations.add(new Violation(pointer, "must be 'yes', 'no' or empty"));
                yield null;
            }
        };
    }

    private Map<String, @Nullable String> settings(List<Violation> violations) {
        Map<String, @Nullable String> settings = new LinkedHashMap<>();
        for (String setting : sysctls.split(",", -1)) {
            int equals = setting.indexOf('=');
            if (equals > 0) {
                settings.put(
                        setting.substring(0, equals).strip(),
                        setting.substring(equals + 1).strip());
            } else if (!setting.isBlank()) {
                violations.add(new Violation("/sysctls", "must be names and values, as in net.core.somaxconn=1024"));
            }
        }
        return settings;
    }

    private static List<@Nullable String> words(String text) {
        List<@Nullable String> words = new ArrayList<>();
        for (String word : text.split("[\\s,]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /** Returns the errors by the names of their fields. */
    static Map<String, List<String>> errors(Failure refused) {
        Map<String, List<String>> errors = new TreeMap<>();
        for (Violation violation : refused.violations()) {
            String field = violation
                    .pointer()
                    .replaceFirst("^/limits/", "limits.")
                    .replaceFirst("^/", "")
                    .replaceFirst("/.*", "");
            errors.computeIfAbsent(field, _ -> new ArrayList<>()).add(violation.message());
        }
        return errors;
    }
}
