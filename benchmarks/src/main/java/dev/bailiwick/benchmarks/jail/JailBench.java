package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Times one jail, and then a thousand, with the code of the agent, beside a C program that does only what the kernel requires, and
 * beside the peers that are installed.
 */
final class JailBench {

    private static final String FLOOR_CGROUP = "bailiwick-bench-floor";
    private static final int IDLE = 100;

    private JailBench() {}

    /** Takes a working directory, the directory of compiled tools, the numbers of rounds and of jails, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path tools = Path.of(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        Path document = Path.of(arguments[4]);
        Report report = new Report("./bench jail");
        Path peersRoot = Engine.makeRoot(directory.resolve("peers/root"), tools);
        Path cgroup = Files.createDirectories(KernelObjects.cgroupRoot().resolve(FLOOR_CGROUP));
        try (Engine engine = new Engine(directory, tools)) {
            try (Floor floor = new Floor(tools.resolve("floor"), peersRoot, filter(directory), cgroup)) {
                OneJail one = new OneJail(engine, floor, directory, peersRoot);
                one.run(rounds);
                one.describe(rounds, report, document);
                new IdleJails(engine, floor, report).run(IDLE);
                for (String many : arguments[3].split(",", -1)) {
                    new ManyJails(engine, report).run(Integer.parseInt(many));
                }
            }
        } finally {
            Files.deleteIfExists(cgroup);
        }
        report.publish(document);
    }

    /** Writes the filter of a jail to a file that the floor loads. */
    private static Path filter(Path directory) throws IOException {
        return Files.write(
                directory.resolve("filter"),
                SeccompCompiler.compile(
                                Policy.of(Profile.HOSTING),
                                Architecture.host(),
                                Clock.systemUTC().instant())
                        .program());
    }
}
