package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.FirstProcess;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.RunDirectory;
import dev.bailiwick.jail.StopMethod;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.DefinitionDraft.LimitsDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.draft.RunDirectoryDraft;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A definition as the user typed it into the form, also if it is invalid. An absent field is empty.
 *
 * @param version the generation of the jail when the edit began; empty for a new jail
 * @param customer an id
 * @param host an id; empty if the server chooses a host
 * @param command one line, see {@link ShellWords}
 * @param environment lines of {@code NAME=value}
 * @param wanted {@code running} if the box is ticked
 * @param labels lines of {@code key=value}
 * @param stopTimeout in seconds; empty for the default
 * @param runDirectories lines of a path, an owner or {@code -}, and a mode; the last two may be absent
 * @param init {@code true} if the box is ticked
 */
record JailForm(
        String version,
        String customer,
        String host,
        String name,
        String hostname,
        String ipv4,
        String ipv6,
        String command,
        String environment,
        String base,
        String path,
        String memory,
        String processes,
        String cpuMillis,
        String profile,
        List<OverrideForm> overrides,
        String wanted,
        String labels,
        String stopSignal,
        String stopTimeout,
        String user,
        String workingDirectory,
        String runDirectories,
        String init) {

    private static final String TICKED = "true";
    private static final String STAND_IN = "/sbin/init";

    /** @param until in UTC, in the format of a browser's date and time field; empty for no end */
    record OverrideForm(String call, String decision, String until, String reason) {

        static final OverrideForm EMPTY = new OverrideForm("", "deny:EPERM", "", "");

        OverrideForm {
            call = text(call);
            decision = text(decision);
            until = text(until);
            reason = text(reason);
        }

        static OverrideForm of(PolicyOverride override) {
            return new OverrideForm(
                    override.call(),
                    override.decision().text(),
                    override.until().map(OverrideForm::local).orElse(""),
                    override.reason());
        }

        OverrideDraft draft() {
            return new OverrideDraft(call.strip(), decision, reason.strip(), null, until.isBlank() ? null : instant());
        }

        private static String local(Instant until) {
            return until.toString().replaceFirst("Z$", "").replaceFirst("(T\\d\\d:\\d\\d):00$", "$1");
        }

        private String instant() {
            return until.matches(".*T\\d\\d:\\d\\d") ? until + ":00Z" : until + "Z";
        }
    }

    JailForm {
        version = text(version);
        customer = text(customer);
        host = text(host);
        name = text(name);
        hostname = text(hostname);
        ipv4 = text(ipv4);
        ipv6 = text(ipv6);
        command = text(command);
        environment = text(environment);
        base = text(base);
        path = text(path);
        memory = text(memory);
        processes = text(processes);
        cpuMillis = text(cpuMillis);
        profile = text(profile);
        overrides = overrides == null
                ? List.of()
                : overrides.stream()
                        .map(override -> Objects.requireNonNullElse(override, OverrideForm.EMPTY))
                        .toList();
        wanted = text(wanted);
        labels = text(labels);
        stopSignal = text(stopSignal);
        stopTimeout = text(stopTimeout);
        user = text(user);
        workingDirectory = text(workingDirectory);
        runDirectories = text(runDirectories);
        init = text(init);
    }

    static JailForm blank(String customer, String host, String path) {
        return new JailForm(
                "",
                customer,
                host,
                "",
                "",
                "",
                "",
                "",
                "",
                "thin",
                path,
                "",
                "",
                "",
                "hosting",
                List.of(),
                "running",
                "",
                StopMethod.DEFAULT.signal().text(),
                "",
                "",
                "",
                "",
                "");
    }

    static JailForm of(JailView jail) {
        JailDefinition definition = jail.definition();
        DefinitionDraft draft = DefinitionDraft.of(definition);
        LimitsDraft limits = Objects.requireNonNull(draft.limits());
        return new JailForm(
                String.valueOf(jail.generation()),
                jail.customer().toString(),
                jail.host().toString(),
                definition.name().value(),
                definition.hostname().value(),
                definition.addresses().v4().map(Object::toString).orElse(""),
                definition.addresses().v6().map(Object::toString).orElse(""),
                ShellWords.join(definition.command().argv()),
                lines(definition.command().environment()),
                definition.base().text(),
                definition.path().value(),
                Objects.requireNonNullElse(limits.memory(), ""),
                Objects.requireNonNullElse(limits.processes(), ""),
                Objects.requireNonNullElse(limits.cpuMillis(), ""),
                definition.policy().profile().text(),
                definition.policy().overrides().stream()
                        .filter(override -> !override.watches())
                        .map(OverrideForm::of)
                        .toList(),
                definition.wanted().text(),
                lines(definition.labels().all()),
                definition.stop().signal().text(),
                String.valueOf(definition.stop().timeoutSeconds()),
                Objects.requireNonNullElse(draft.user(), ""),
                Objects.requireNonNullElse(draft.workingDirectory(), ""),
                definition.execution().runDirectories().all().stream()
                        .map(RunDirectory::toString)
                        .collect(Collectors.joining("\n")),
                definition.execution().firstProcess() == FirstProcess.INIT ? TICKED : "");
    }

    private static String lines(Map<String, String> pairs) {
        return pairs.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining("\n"));
    }

    JailForm withOverrides(List<OverrideForm> others) {
        return new JailForm(
                version,
                customer,
                host,
                name,
                hostname,
                ipv4,
                ipv6,
                command,
                environment,
                base,
                path,
                memory,
                processes,
                cpuMillis,
                profile,
                others,
                wanted,
                labels,
                stopSignal,
                stopTimeout,
                user,
                workingDirectory,
                runDirectories,
                init);
    }

    JailForm withVersion(long generation) {
        return new JailForm(
                String.valueOf(generation),
                customer,
                host,
                name,
                hostname,
                ipv4,
                ipv6,
                command,
                environment,
                base,
                path,
                memory,
                processes,
                cpuMillis,
                profile,
                overrides,
                wanted,
                labels,
                stopSignal,
                stopTimeout,
                user,
                workingDirectory,
                runDirectories,
                init);
    }

    /** @throws InvalidRequest if the command, the environment, the labels, the directories or a number cannot be parsed */
    DefinitionDraft draft() {
        return draft(List.of());
    }

    /**
     * @param watches overrides that the form does not contain, because there may be very many, and that remain
     * @throws InvalidRequest if the command, the environment, the labels, the directories or a number cannot be parsed
     */
    DefinitionDraft draft(List<PolicyOverride> watches) {
        Reading reading = read(watches);
        if (!reading.unreadable().isEmpty()) {
            throw new InvalidRequest(reading.unreadable());
        }
        return reading.draft();
    }

    /**
     * The readable part of the form, so that one check finds everything that is wrong with it.
     *
     * @param draft has a stand-in for a command that cannot be parsed, and leaves out lines of the environment and the
     *     labels that cannot be parsed
     * @param unreadable the violations of the parts that cannot be parsed
     */
    record Reading(DefinitionDraft draft, List<Violation> unreadable) {}

    Reading read(List<PolicyOverride> watches) {
        List<Violation> unreadable = new ArrayList<>();
        List<@Nullable String> argv;
        try {
            argv = List.<@Nullable String>copyOf(ShellWords.split(command));
        } catch (InvalidValue e) {
            unreadable.add(new Violation("/command", e.reason()));
            argv = List.of(STAND_IN);
        }
        Map<String, @Nullable String> variables = pairs("/environment", environment, unreadable);
        Map<String, @Nullable String> pairs = pairs("/labels", labels, unreadable);
        @Nullable Integer timeout = number("/stopTimeout", stopTimeout, unreadable);
        List<@Nullable RunDirectoryDraft> runs = runDirectories(unreadable);
        return new Reading(draft(watches, argv, variables, pairs, timeout, runs), List.copyOf(unreadable));
    }

    private DefinitionDraft draft(
            List<PolicyOverride> watches,
            List<@Nullable String> argv,
            Map<String, @Nullable String> variables,
            Map<String, @Nullable String> pairs,
            @Nullable Integer timeout,
            List<@Nullable RunDirectoryDraft> runs) {
        return new DefinitionDraft(
                name.strip(),
                orAbsent(hostname),
                orAbsent(path),
                orAbsent(base),
                addresses(),
                new PolicyDraft(
                        orAbsent(profile),
                        Stream.concat(
                                        overrides.stream().map(OverrideForm::draft),
                                        watches.stream().map(OverrideDraft::of))
                                .<@Nullable OverrideDraft>map(Function.identity())
                                .toList()),
                argv.isEmpty() ? null : argv,
                variables,
                new LimitsDraft(orAbsent(memory), orAbsent(processes), orAbsent(cpuMillis)),
                wanted.equals("running") ? "running" : "stopped",
                pairs,
                orAbsent(stopSignal),
                timeout,
                orAbsent(user),
                orAbsent(workingDirectory),
                runs,
                init.equals(TICKED) ? Boolean.TRUE : null);
    }

    private List<@Nullable String> addresses() {
        List<@Nullable String> typed = new ArrayList<>();
        if (!ipv4.isBlank()) {
            typed.add(ipv4.strip());
        }
        if (!ipv6.isBlank()) {
            typed.add(ipv6.strip());
        }
        return typed;
    }

    private List<@Nullable RunDirectoryDraft> runDirectories(List<Violation> violations) {
        List<@Nullable RunDirectoryDraft> drafts = new ArrayList<>();
        for (String line : runDirectories.lines().filter(l -> !l.isBlank()).toList()) {
            List<String> words = List.of(line.strip().split("\\s+", -1));
            if (words.size() > 3) {
                violations.add(new Violation(
                        "/runDirectories",
                        "has a line of more than a path, an owner and a mode: " + PlainText.quote(line)));
            } else {
                boolean named = words.size() > 1 && !words.get(1).equals("-");
                drafts.add(new RunDirectoryDraft(
                        words.getFirst(), named ? words.get(1) : null, words.size() > 2 ? words.get(2) : null));
            }
        }
        return drafts;
    }

    private static Map<String, @Nullable String> pairs(String pointer, String typed, List<Violation> violations) {
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        for (String line : typed.lines().filter(l -> !l.isBlank()).toList()) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                violations.add(new Violation(pointer, "has a line without '=': " + PlainText.quote(line)));
            } else {
                String name = line.substring(0, equals).strip();
                if (pairs.put(name, line.substring(equals + 1)) != null) {
                    violations.add(new Violation(pointer, "has two lines for " + PlainText.quote(name)));
                }
            }
        }
        return pairs;
    }

    private static @Nullable Integer number(String pointer, String typed, List<Violation> violations) {
        if (typed.isBlank()) {
            return null;
        }
        try {
            return Integer.valueOf(typed.strip());
        } catch (NumberFormatException e) {
            violations.add(new Violation(pointer, "must be a whole number"));
            return null;
        }
    }

    private static String text(@Nullable String typed) {
        return typed == null ? "" : typed;
    }

    private static @Nullable String orAbsent(String typed) {
        return typed.isBlank() ? null : typed.strip();
    }
}
