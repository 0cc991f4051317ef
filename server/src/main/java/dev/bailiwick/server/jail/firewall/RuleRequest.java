package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A rule as a client requests it. */
record RuleRequest(
        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                description = "Who begins the connection: in, another; out, the jail.",
                allowableValues = {"in", "out"})
        @Nullable
        String direction,

        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                description = "allow, drop without an answer, or reject with one.",
                allowableValues = {"allow", "drop", "reject"})
        @Nullable
        String action,

        @Schema(
                description = "By default any.",
                allowableValues = {"any", "tcp", "udp", "icmp"})
        @Nullable
        String protocol,

        @Schema(
                description =
                        "Ports and ranges at the end to which the connection is begun, such as 80,443,8000-8100; only with tcp or udp. By default all.")
        @Nullable
        String ports,

        @Schema(
                description =
                        "The other end: any; world, beyond the host and in no private network; an address or a range; in rules of a jail, jail: and the id of another jail of the same customer on the same host; or network: and the id of a network of the same customer. By default any.")
        @Nullable
        String peer,

        @Schema(description = "For people; at most 200 characters.") @Nullable
        String comment) {

    /** @throws InvalidRequest naming every invalid field */
    static Firewall firewall(@Nullable List<@Nullable RuleRequest> rules) {
        if (rules == null) {
            throw new InvalidRequest("/rules", "is required");
        }
        if (rules.size() > Firewall.MAX_RULES) {
            throw new InvalidRequest("/rules", "must have at most " + Firewall.MAX_RULES + " rules");
        }
        List<Violation> violations = new ArrayList<>();
        List<FirewallRule> read = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            RuleRequest rule = rules.get(i);
            if (rule == null) {
                violations.add(new Violation("/rules/" + i, "is required"));
            } else {
                rule.rule("/rules/" + i, violations).ifPresent(read::add);
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new Firewall(read);
    }

    private Optional<FirewallRule> rule(String at, List<Violation> violations) {
        int before = violations.size();
        Optional<Direction> whose = required(at + "/direction", direction, Direction::parse, violations);
        Optional<FirewallAction> what = required(at + "/action", action, FirewallAction::parse, violations);
        Optional<Protocol> how = read(at + "/protocol", protocol, "any", Protocol::parse, violations);
        Optional<Ports> which = read(
                at + "/ports",
                ports,
                "",
                text -> {
                    Ports named = Ports.parse(text);
                    return how.isPresent() ? FirewallRule.requirePorts(how.get(), named) : named;
                },
                violations);
        Optional<Peer> other = read(at + "/peer", peer, "any", Peer::parse, violations);
        Optional<String> said = read(at + "/comment", comment, "", FirewallRule::requireComment, violations);
        return violations.size() > before
                ? Optional.empty()
                : Optional.of(new FirewallRule(
                        whose.orElseThrow(),
                        what.orElseThrow(),
                        how.orElseThrow(),
                        which.orElseThrow(),
                        other.orElseThrow(),
                        said.orElseThrow()));
    }

    private static <T> Optional<T> required(
            String pointer, @Nullable String text, Function<String, T> parser, List<Violation> violations) {
        if (text == null) {
            violations.add(new Violation(pointer, "is required"));
            return Optional.empty();
        }
        return read(pointer, text, text, parser, violations);
    }

    private static <T> Optional<T> read(
            String pointer,
            @Nullable String text,
            String missing,
            Function<String, T> parser,
            List<Violation> violations) {
        try {
            return Optional.of(parser.apply(text == null ? missing : text));
        } catch (InvalidValue e) {
            violations.add(new Violation(pointer, e.reason()));
            return Optional.empty();
        }
    }
}
