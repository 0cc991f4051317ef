package dev.bailiwick.agent.kernel.linux.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRoot
class ConsoleLogTest {

    /** From the kernel's linux/fcntl.h. */
    private static final int F_GETPIPE_SZ = 1032;

    /** From the kernel's asm-generic/fcntl.h: O_WRONLY and O_NOCTTY. */
    private static final int O_WRONLY_NOT_CONTROLLING = 0401;

    private static final IdRange RANGE = new IdRange(1_500_053_504L);

    @TempDir
    private Path directory;

    @Test
    void readsWhatWasWrittenWhileNoAgentRan() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe)) {
            write(jailEnd, "early\n".getBytes(StandardCharsets.UTF_8));
            try (ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
                console.drain();
            }
            write(jailEnd, "between agents\n".getBytes(StandardCharsets.UTF_8));
            try (ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
                console.drain();
            }
        }
        assertThat(log).hasContent("early\nbetween agents\n");
    }

    @Test
    void keepsTheLogOfATalkativeJailBounded() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        ConsoleLog.create(pipe, RANGE);
        byte[] much = new byte[60_000];
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
            for (long written = 0; written < 4 * ConsoleLog.MAX_LOG_BYTES; written += much.length) {
                write(jailEnd, much);
                console.drain();
            }
        }
        assertThat(Files.size(log)).isLessThanOrEqualTo(ConsoleLog.MAX_LOG_BYTES);
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("console", "jail.log", "jail.log.1", "jail.log.2");
    }

    @Test
    void goesOnWithANewLogWhereThatWasTakenAway() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        ConsoleLog.create(pipe, RANGE);
        byte[] much = new byte[60_000];
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
            write(jailEnd, much);
            console.drain();
            Files.delete(log);
            for (long written = 0; written < ConsoleLog.MAX_LOG_BYTES + much.length; written += much.length) {
                write(jailEnd, much);
                console.drain();
            }
        }
        assertThat(log).isRegularFile().isNotEmptyFile();
    }

    /** As on a disk that was full when the log was rotated. */
    @Test
    void goesOnOnceANewLogCanBeCreatedAgain() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("logs/jail.log");
        ConsoleLog.create(pipe, RANGE);
        byte[] much = new byte[60_000];
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
            for (long written = 0; written + much.length <= ConsoleLog.MAX_LOG_BYTES; written += much.length) {
                write(jailEnd, much);
                console.drain();
            }
            Files.move(log.getParent(), directory.resolve("earlier"));
            Path inTheWay = Files.createFile(log.getParent());
            write(jailEnd, much);
            console.drain();
            Files.delete(inTheWay);

            write(jailEnd, "at last\n".getBytes(StandardCharsets.UTF_8));
            console.drain();

            assertThat(log).hasContent("at last\n");
            assertThat(console.tail(100)).isEqualTo("at last\n");
        }
    }

    @Test
    void readsOneThatWritesLittleAtATimeLessOften() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        ConsoleLog.create(pipe, RANGE);
        long reads = 0;
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, log, buffer)) {
            long wait = 0;
            while (wait == 0 && reads < 1_000_000) {
                write(jailEnd, new byte[1]);
                wait = console.drain();
                reads++;
            }
            assertThat(wait).as("nanoseconds to wait after %s reads", reads).isPositive();
        }
        assertThat(Files.size(log)).as("nothing is lost").isEqualTo(reads);
    }

    /** The log leaves out the carriage returns of a terminal, but reading them takes the time of all jails. */
    @Test
    void readsOneThatWritesOnlyReturnsLessOften() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Terminal terminal = Terminal.open(RANGE);
                Descriptor mount = terminal.mount();
                Descriptor jailEnd = Linux.openat2(
                        Constants.AT_FDCWD, "/proc/self/fd/" + mount.number(), O_WRONLY_NOT_CONTROLLING, 0, 0);
                ConsoleLog console = new ConsoleLog(pipe, log, buffer, Optional.of(terminal))) {
            long wait = 0;
            for (int writes = 0; wait == 0 && writes < 1_000_000; writes++) {
                write(jailEnd, new byte[] {'\r'});
                wait = console.drainTerminal();
            }
            assertThat(wait).isPositive();
        }
        assertThat(log).isEmptyFile();
    }

    @Test
    void makesRoomForOneThatWritesMuch() throws Exception {
        Path pipe = directory.resolve("console");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, directory.resolve("jail.log"), buffer)) {
            write(jailEnd, new byte[1_000]);
            console.drain();
            assertThat(capacity(jailEnd)).as("a jail that writes little").isEqualTo(64 << 10);
            write(jailEnd, new byte[60_000]);
            console.drain();
            assertThat(capacity(jailEnd)).as("a jail that writes much").isEqualTo(1 << 20);
        }
    }

    private static long capacity(Descriptor pipe) {
        return Linux.call(SystemCall.FCNTL, "console", pipe.number(), F_GETPIPE_SZ, 0);
    }

    private static void write(Descriptor end, byte[] content) {
        try (NativeMemory memory = new NativeMemory()) {
            long written = Linux.call(
                    SystemCall.WRITE,
                    "console",
                    end.number(),
                    NativeMemory.address(memory.copy(content)),
                    content.length);
            assertThat(written).isEqualTo(content.length);
        }
    }
}
