package dev.bailiwick.agent.kernel.linux.escape;

import static dev.bailiwick.agent.kernel.linux.escape.Technique.technique;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No crash in a jail starts the host's core handler, which would run as the host's root. */
@NeedsRoot
class CrashesEscapesTest {

    private static final String LIMIT = "core limit of 1, which the filter lets nobody change";

    static final EscapeList LIST = new EscapeList(
            EscapeAttempts.CRASHES,
            List.of(
                    technique("crash-segv", "SIGSEGV", "core limit of 1").of("G3"),
                    technique("crash-abort", "SIGABRT", "core limit of 1").of("G3"),
                    technique("crash-quit", "SIGQUIT", "core limit of 1").of("G3"),
                    technique("crash-filter", "SIGSYS of a filter of its own", "core limit of 1")
                            .of("G3"),
                    technique("core-unlimited", "without a limit of core files", LIMIT)
                            .of("G3"),
                    technique("core-zero", "with a limit of 0, at which the kernel calls the handler again", LIMIT)
                            .of("G3"),
                    technique("core-by-number", "with a limit of 0, set with garbage in the upper half", LIMIT)
                            .of("G3"),
                    technique("core-by-entry", "with a limit of 0, set by the numbers of i386 and x32", LIMIT)
                            .of("G3"),
                    technique("core-of-another", "with a limit of 0, set by another process", LIMIT)
                            .of("G3"),
                    technique("core-as-another", "with a limit of 0, as another user who is dumpable again", LIMIT)
                            .of("G3")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }

    /** A fault kills the first process of a jail, although signals that it sends to itself do not. */
    @Test
    void doesNotHearOfAnInitThatCrashes() throws Exception {
        Path program = Files.createTempFile(Path.of("/tmp"), "bailiwick-init-", "");
        TestHost.compile(
                "#include <sys/prctl.h>\nint main(void) { prctl(PR_SET_NAME, \"core-init\"); *(volatile int *)4096 = 0; return 0; }\n",
                program);
        try (TestHost host = new TestHost()) {
            var definition = host.definition("crashing", "/crash");
            Path files = Path.of(definition.path().value(), "root");
            Files.createDirectories(files);
            Files.copy(program, files.resolve("crash"));
            Files.setPosixFilePermissions(files.resolve("crash"), PosixFilePermissions.fromString("rwxr-xr-x"));
            host.outputOf(host.definition("first", "/bin/true"));
            try (CoreRecorder recorder = new CoreRecorder()) {
                host.outputOf(definition);
                assertThat(recorder.heard()).doesNotContain("core-init");
                new ProcessBuilder(files.resolve("crash").toString()).start().waitFor();
                assertThat(recorder.heard()).contains("core-init");
            }
        } finally {
            Files.delete(program);
        }
    }
}
