package dev.bailiwick.jail;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A part of a definition that cannot change while the jail runs: if it changes, the host restarts the jail at once.
 *
 * <p>In the policy, only changes of the filter count, because a loaded filter can be neither loosened nor replaced. An override's
 * reason, author and expiry do not count, nor does an override that only repeats its profile's row.
 */
public enum RestartReason {
    HOSTNAME("hostname"),
    PATH("path"),
    BASE("base"),
    ADDRESSES("ip"),
    POLICY("policy"),
    COMMAND("command"),
    LIMITS("limits"),
    USER("user"),
    WORKING_DIRECTORY("workingDirectory"),
    RUN_DIRECTORIES("runDirectories"),
    INIT("init"),
    SYSCTLS("sysctls"),
    PRIVILEGES("privileges"),
    CONSOLE("console"),
    NAME_SERVERS("nameServers"),
    SEARCH_DOMAINS("searchDomains"),
    RESOLVER_OPTIONS("resolverOptions"),
    EXTRA_HOSTS("extraHosts"),
    INCARNATION("incarnation");

    private final String text;

    RestartReason(String text) {
        this.text = text;
    }

    /** Returns the API's name of the definition's member. */
    public String text() {
        return text;
    }

    /** Returns why a jail that runs with {@code before} is restarted for {@code after}; empty if it keeps running. */
    public static List<RestartReason> between(JailDefinition before, JailDefinition after, Instant now) {
        List<RestartReason> reasons = new ArrayList<>();
        addUnless(before.hostname().equals(after.hostname()), HOSTNAME, reasons);
        addUnless(before.path().equals(after.path()), PATH, reasons);
        addUnless(before.base().equals(after.base()), BASE, reasons);
        addUnless(
                Set.copyOf(before.addresses().primary())
                        .equals(Set.copyOf(after.addresses().primary())),
                ADDRESSES,
                reasons);
        addUnless(sameFilter(before.policy(), after.policy(), now), POLICY, reasons);
        addUnless(before.command().equals(after.command()), COMMAND, reasons);
        addUnless(
                before.limits()
                        .untilRestart(before.policy().profile())
                        .equals(after.limits().untilRestart(after.policy().profile())),
                LIMITS,
                reasons);
        addUnless(before.execution().user().equals(after.execution().user()), USER, reasons);
        addUnless(
                before.execution().workingDirectory().equals(after.execution().workingDirectory()),
                WORKING_DIRECTORY,
                reasons);
        addUnless(
                before.execution().runDirectories().equals(after.execution().runDirectories()),
                RUN_DIRECTORIES,
                reasons);
        addUnless(before.execution().firstProcess() == after.execution().firstProcess(), INIT, reasons);
        addUnless(before.execution().sysctls().equals(after.execution().sysctls()), SYSCTLS, reasons);
        addUnless(before.execution().privileges() == after.execution().privileges(), PRIVILEGES, reasons);
        addUnless(before.execution().console() == after.execution().console(), CONSOLE, reasons);
        ResolverConfiguration resolver = before.names().resolver();
        ResolverConfiguration next = after.names().resolver();
        addUnless(resolver.servers().equals(next.servers()), NAME_SERVERS, reasons);
        addUnless(resolver.search().equals(next.search()), SEARCH_DOMAINS, reasons);
        addUnless(resolver.options().equals(next.options()), RESOLVER_OPTIONS, reasons);
        addUnless(before.names().hosts().equals(after.names().hosts()), EXTRA_HOSTS, reasons);
        addUnless(before.incarnation() == after.incarnation(), INCARNATION, reasons);
        return reasons;
    }

    /** Returns whether both policies have the same filter. */
    public static boolean sameFilter(Policy before, Policy after, Instant now) {
        return before.profile() == after.profile() && decisions(before, now).equals(decisions(after, now));
    }

    private static Map<String, Set<OverrideDecision>> decisions(Policy policy, Instant now) {
        return policy.departures(now).stream()
                .collect(Collectors.groupingBy(
                        PolicyOverride::call, Collectors.mapping(PolicyOverride::decision, Collectors.toSet())));
    }

    private static void addUnless(boolean same, RestartReason reason, List<RestartReason> reasons) {
        if (!same) {
            reasons.add(reason);
        }
    }
}
