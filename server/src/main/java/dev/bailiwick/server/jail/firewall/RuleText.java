package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules as lines of text: direction, action, protocol, ports if it names some, peer, and a comment after {@code #}; for example {@code in
 * allow tcp 80,443 world # the shop}.
 */
final class RuleText {

    private static final Pattern PORTS = Pattern.compile("[0-9][0-9,-]*");
    private static final int FIXED = 3;

    private RuleText() {}

    static String of(Firewall firewall) {
        return firewall.rules().stream().map(RuleText::of).collect(Collectors.joining("\n"));
    }

    static String of(FirewallRule rule) {
        return rule.direction() + " " + rule.action() + " " + rule.protocol()
                + (rule.ports().areAll() ? "" : " " + rule.ports()) + " " + rule.peer()
                + (rule.comment().isEmpty() ? "" : " # " + rule.comment());
    }

    /** Reads lines as requests for rules; empty lines are left out. What does not fit becomes a part of the peer, which is invalid then. */
    static List<@Nullable RuleRequest> read(String lines) {
        List<@Nullable RuleRequest> rules = new ArrayList<>();
        lines.lines().filter(line -> !line.isBlank()).forEach(line -> rules.add(readLine(line)));
        return rules;
    }

    private static RuleRequest readLine(String line) {
        int comment = line.indexOf('#');
        String said = comment < 0 ? line : line.substring(0, comment);
        List<String> words = Arrays.stream(said.strip().split("\\s+")).toList();
        boolean hasPorts =
                words.size() > FIXED && PORTS.matcher(words.get(FIXED)).matches() && words.size() > FIXED + 1;
        int peer = hasPorts ? FIXED + 1 : FIXED;
        return new RuleRequest(
                word(words, 0),
                word(words, 1),
                word(words, 2),
                hasPorts ? word(words, FIXED) : null,
                words.size() > peer ? String.join(" ", words.subList(peer, words.size())) : null,
                comment < 0 ? null : line.substring(comment + 1).strip());
    }

    private static @Nullable String word(List<String> words, int at) {
        return words.size() > at && !words.get(at).isEmpty() ? words.get(at) : null;
    }

    /** Errors of rules are shown at the field that has all of them, with the number of the rule. */
    static Map<String, List<String>> errors(Failure refused) {
        Map<String, List<String>> errors = new TreeMap<>();
        refused.violations().forEach(violation -> {
            String[] at = violation.pointer().substring(1).split("/", -1);
            String message = at.length > 1
                    ? "Rule " + (Integer.parseInt(at[1]) + 1) + (at.length > 2 ? ", " + at[2] : "") + ": "
                            + violation.message()
                    : violation.message();
            errors.computeIfAbsent(at[0], _ -> new ArrayList<>()).add(message);
        });
        if (errors.isEmpty()) {
            errors.put("rules", List.of(refused.detail()));
        }
        return errors;
    }
}
