package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A FreeBSD host for tests: the recording library, private directories, and an ifconfig that records its arguments. */
final class RecordedHost {

    final RecordingLibrary library;
    final HostLayout layout;
    private final Path ifconfig;
    private final Path ifconfigCalls;

    RecordedHost(Path directory) throws IOException, InterruptedException {
        this.library = new RecordingLibrary(directory);
        this.layout = new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("agent"),
                "bailiwick.test",
                1_500_053_504L,
                1);
        this.ifconfig = directory.resolve("ifconfig");
        this.ifconfigCalls = directory.resolve("ifconfig-calls");
        Files.writeString(ifconfig, "#!/bin/sh\necho \"$@\" >>" + ifconfigCalls + "\n");
        Files.setPosixFilePermissions(ifconfig, PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(root());
    }

    FreeBsdKernel open() {
        return new FreeBsdKernel(layout, Clock.systemUTC(), library.path(), ifconfig);
    }

    Path root() {
        return layout.rootBase().resolve("web");
    }

    List<String> ifconfigCalls() throws IOException {
        return Files.exists(ifconfigCalls) ? Files.readAllLines(ifconfigCalls) : List.of();
    }

    JailDefinition definition(String... argv) {
        return definition(new Command(List.of(argv), Map.of()), Policy.of(Profile.HOSTING), Limits.NONE);
    }

    JailDefinition definition(Command command, Policy policy, Limits limits) {
        return new JailDefinition(
                new JailName("web"),
                new Hostname("web.example.org"),
                new RootPath(root().toString()),
                new Base.Directory(),
                IpAddresses.of("198.18.0.5", "fdb1:1::5"),
                policy,
                command,
                limits,
                WantedState.RUNNING);
    }

    /** Returns the profile hosting with these overrides, each {@code CALL DECISION}. */
    static Policy policy(String... overrides) {
        return new Policy(
                Profile.HOSTING,
                List.of(overrides).stream()
                        .map(text -> text.split(" ", 2))
                        .map(words -> new PolicyOverride(
                                words[0], OverrideDecision.parse(words[1]), "a test", "anna", Optional.empty()))
                        .toList());
    }
}
