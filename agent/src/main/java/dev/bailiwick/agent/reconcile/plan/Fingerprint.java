package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.IncarnationVariable;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.WorkingDirectory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The digest that shows whether a running jail matches a definition. It covers exactly the fields that change only with a restart:
 * hostname, path, base, primary addresses, policy, command, execution, names, incarnation, and of the limits those that a running jail keeps. It does
 * not cover the name, the wanted state, or the reason, author and expiry of an override. {@code RestartReason} compares the same fields of two definitions on the server.
 *
 * <p>INVARIANT: a definition has the same fingerprint in every later version of the agent; otherwise an upgrade would restart
 * every jail. A new field is added at the end, and only if its value is not the default.
 */
public final class Fingerprint {

    private final MessageDigest digest = sha256();

    private Fingerprint() {}

    /** Returns the SHA-256 digest as 64 characters of {@code 0-9a-f}. */
    public static String of(JailDefinition effective) {
        return of(effective, Limits.NONE);
    }

    /**
     * Returns the digest as agents wrote it that restarted a jail for each change of its limits. A jail that one of them has started keeps
     * running until its limits change.
     */
    public static String withLimits(JailDefinition effective) {
        return of(effective, effective.limits());
    }

    private static String of(JailDefinition effective, Limits limits) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(List.of(
                effective.hostname().value(),
                effective.path().value(),
                effective.base().text()));
        fingerprint.add(effective.addresses().primary().stream()
                .map(IpAddress::toString)
                .sorted()
                .toList());
        fingerprint.add(List.of(effective.policy().profile().text()));
        fingerprint.add(effective.policy().overrides().stream()
                .sorted(Comparator.comparing(PolicyOverride::call).thenComparing(PolicyOverride::watches))
                .flatMap(override ->
                        Stream.of(override.call(), override.decision().text()))
                .toList());
        fingerprint.add(effective.command().argv());
        fingerprint.add(IncarnationVariable.addedTo(effective).entrySet().stream()
                .flatMap(variable -> Stream.of(variable.getKey(), variable.getValue()))
                .toList());
        fingerprint.add(LongStream.of(
                        limits.memoryBytes().orElse(0),
                        limits.processes().orElse(0),
                        limits.cpuMillis().orElse(0))
                .mapToObj(Long::toString)
                .toList());
        Execution execution = effective.execution();
        execution.user().ifPresent(user -> fingerprint.add(List.of("user", user.toString())));
        if (!execution.workingDirectory().equals(WorkingDirectory.ROOT)) {
            fingerprint.add(
                    List.of("workingDirectory", execution.workingDirectory().value()));
        }
        fingerprint.addIfAny("runDirectories", execution.runDirectories().all());
        if (execution.firstProcess() == FirstProcess.INIT) {
            fingerprint.add(List.of("init"));
        }
        fingerprint.add(effective.names());
        fingerprint.addIfAny(
                "limits",
                List.copyOf(effective
                        .limits()
                        .untilRestart(effective.policy().profile())
                        .entrySet()));
        if (execution.privileges() != Privileges.NONE) {
            fingerprint.add(List.of("privileges", execution.privileges().text()));
        }
        if (execution.console() != Console.LOG) {
            fingerprint.add(List.of("console", execution.console().text()));
        }
        fingerprint.addIfAny("sysctls", List.copyOf(execution.sysctls().all().entrySet()));
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    private void add(NameSettings names) {
        addIfAny("nameServers", names.resolver().servers());
        addIfAny("searchDomains", names.resolver().search());
        addIfAny("resolverOptions", names.resolver().options());
        addIfAny("extraHosts", List.copyOf(names.hosts().all().entrySet()));
    }

    private void addIfAny(String name, List<?> values) {
        if (!values.isEmpty()) {
            add(Stream.concat(Stream.of(name), values.stream().map(String::valueOf))
                    .toList());
        }
    }

    /** Adds the length before each content, so that two different lists never have the same bytes. */
    private void add(List<String> texts) {
        digest.update(ByteBuffer.allocate(4).putInt(texts.size()).flip());
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            digest.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
