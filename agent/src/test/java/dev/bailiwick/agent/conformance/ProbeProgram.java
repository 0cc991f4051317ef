package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.PatientHost;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code probe.c}, compiled and run with the same probes inside and outside of jails. */
final class ProbeProgram {

    private static final String PROGRAM = "/probe";
    private static final Path SOURCE = Path.of("src/test/c/conformance/probe.c");

    /**
     * As root, in its own namespaces except the user namespace, which decides about capabilities. So its successes need only its own
     * rights, and their effects end with it.
     */
    private static final List<String> OUTSIDE = List.of(
            "unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c");

    /** Long enough for a process for each probe, even on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path directory;

    /** @param directory the directory for the program and its files */
    ProbeProgram(Path directory) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        List<String> compile = List.of(
                "cc",
                "-std=gnu11",
                "-O2",
                "-static",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                program().toString(),
                SOURCE.toString());
        String said = run(compile);
        if (!Files.isExecutable(program())) {
            throw new AssertionError("probe.c needs cc and a static C library (libc6-dev): " + said);
        }
    }

    /** Runs the probes that are made outside. */
    Map<Probe, Answer> outside(List<Probe> probes) throws IOException, InterruptedException {
        List<Probe> called = probes.stream().filter(p -> !p.outside().isEmpty()).toList();
        Path plan = directory.resolve("plan");
        Files.writeString(plan, plan(called));
        Path room = Files.createDirectories(directory.resolve("room")).toAbsolutePath();
        String script = "mount -t tmpfs tmpfs %s && ip link set lo up && exec %s %s %s 0"
                .formatted(room, program(), plan.toAbsolutePath(), room);
        List<String> command =
                Stream.concat(OUTSIDE.stream(), Stream.of(script)).toList();
        return answers(called, run(command));
    }

    /** Runs all probes in a jail with this policy and these privileges. */
    Map<Probe, Answer> inside(TestHost host, String name, Policy policy, Privileges privileges, List<Probe> probes)
            throws IOException, InterruptedException {
        Command command = probing(host, name, probes);
        return answers(
                probes, PatientHost.outputOf(host, definition(host, name, command, policy, privileges), PATIENCE));
    }

    /** Runs all probes by a command that enters such a jail, beside its first process. */
    Map<Probe, Answer> entered(TestHost host, String name, Policy policy, Privileges privileges, List<Probe> probes)
            throws IOException {
        Command command = probing(host, name, probes);
        JailId id = host.newId();
        host.start(id, definition(host, name, new Command(List.of(PROGRAM, "wait"), Map.of()), policy, privileges));
        CommandEnd end = host.kernel.run(
                new CommandRun(id, command, Optional.empty(), WorkingDirectory.ROOT, "", CommandRun.MAX_LIMIT));
        host.kernel.release(id);
        if (!end.how().equals(new How.Exited(0))) {
            throw new AssertionError("the probes in " + name + " ended as " + end.how() + ": "
                    + end.errors().text());
        }
        return answers(probes, end.output().text());
    }

    /** Puts the program and its plan into the root of a jail; returns the command that makes the probes. */
    private Command probing(TestHost host, String name, List<Probe> probes) throws IOException {
        Path root = Files.createDirectories(host.layout.rootBase().resolve(name));
        Files.copy(program(), root.resolve("probe"));
        Files.writeString(root.resolve("plan"), plan(probes));
        // The jail must not be able to see this process.
        String stranger = Long.toString(ProcessHandle.current().pid());
        return new Command(List.of(PROGRAM, "/plan", "/tmp", stranger), Map.of());
    }

    private static JailDefinition definition(
            TestHost host, String name, Command command, Policy policy, Privileges privileges) {
        JailDefinition usual = host.definition(name, PROGRAM);
        return DefinitionVariant.of(usual)
                .base(new Base.Directory())
                .command(command)
                .policy(policy)
                .execution(usual.execution().with(privileges))
                .definition();
    }

    private static String plan(List<Probe> probes) {
        StringBuilder plan = new StringBuilder();
        for (int i = 0; i < probes.size(); i++) {
            Probe probe = probes.get(i);
            plan.append("%d %s %d %s\n"
                    .formatted(i, probe.way().text(), probe.target().number(), probe.arguments()));
        }
        return plan.toString();
    }

    private static Map<Probe, Answer> answers(List<Probe> probes, String output) {
        Map<Probe, Answer> answers = new LinkedHashMap<>();
        output.lines().forEach(line -> {
            String[] halves = line.split(" ", 2);
            answers.put(probes.get(Integer.parseInt(halves[0])), Answer.printed(halves[1]));
        });
        if (answers.size() != probes.size()) {
            throw new AssertionError("%d of %d probes answered: %s".formatted(answers.size(), probes.size(), output));
        }
        return answers;
    }

    private Path program() {
        return directory.resolve("probe").toAbsolutePath();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader reader = process.inputReader()) {
            String output = reader.lines().collect(Collectors.joining("\n"));
            process.waitFor();
            return output;
        }
    }
}
