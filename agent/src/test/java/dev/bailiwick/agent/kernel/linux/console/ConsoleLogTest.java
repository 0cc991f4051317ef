package dev.bailiwick.agent.kernel.linux.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.agent.recording.Logs;
import dev.bailiwick.agent.recording.Recording;
import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogRead;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRoot
class ConsoleLogTest {

    /** From the kernel's linux/fcntl.h. */
    private static final int F_GETPIPE_SZ = 1032;

    private static final IdRange RANGE = new IdRange(1_500_053_504L);

    private static final JailId JAIL = JailId.parse("01890000-0000-7000-8000-000000000001");

    @TempDir
    private Path directory;

    private Logs logs;

    @BeforeEach
    void createLogs() {
        logs = new Logs(directory.resolve("logs"), 16 << 20, Clock.systemUTC());
    }

    @Test
    void readsWhatWasWrittenWhileNoAgentRan() throws Exception {
        Path pipe = directory.resolve("console");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe)) {
            write(jailEnd, "early\n".getBytes(StandardCharsets.UTF_8));
            try (ConsoleLog console = new ConsoleLog(pipe, recording(), buffer)) {
                console.drain();
            }
            write(jailEnd, "between agents\n".getBytes(StandardCharsets.UTF_8));
            try (ConsoleLog console = new ConsoleLog(pipe, recording(), buffer)) {
                console.drain();
            }
        }
        assertThat(written()).isEqualTo("early\nbetween agents\n");
    }

    @Test
    void readsOneThatWritesLittleAtATimeLessOften() throws Exception {
        Path pipe = directory.resolve("console");
        ConsoleLog.create(pipe, RANGE);
        long reads = 0;
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, recording(), buffer)) {
            long wait = 0;
            while (wait == 0 && reads < 1_000_000) {
                write(jailEnd, new byte[1]);
                wait = console.drain();
                reads++;
            }
            assertThat(wait).as("nanoseconds to wait after %s reads", reads).isPositive();
        }
        assertThat(written().length()).as("nothing is lost").isEqualTo(reads);
    }

    /** The log leaves out the carriage returns of a terminal, but reading them takes the time of all jails. */
    @Test
    void readsOneThatWritesOnlyReturnsLessOften() throws Exception {
        Path pipe = directory.resolve("console");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor terminals =
                        Linux.openat2(Constants.AT_FDCWD, "/dev/pts", Constants.O_PATH | Constants.O_CLOEXEC, 0, 0);
                Terminal terminal = Terminal.open(terminals, "ptmx", RANGE.first(), TerminalSize.USUAL);
                ConsoleLog console =
                        new ConsoleLog(pipe, recording(), buffer, Optional.of(terminal), Optional.empty())) {
            long wait = 0;
            for (int writes = 0; wait == 0 && writes < 1_000_000; writes++) {
                write(terminal.slave(), new byte[] {'\r'});
                wait = console.drainTerminal();
            }
            assertThat(wait).isPositive();
        }
        assertThat(written()).isEmpty();
    }

    @Test
    void makesRoomForOneThatWritesMuch() throws Exception {
        Path pipe = directory.resolve("console");
        ConsoleLog.create(pipe, RANGE);
        try (ConsoleLog.Buffer buffer = new ConsoleLog.Buffer();
                Descriptor jailEnd = ConsoleLog.openForJail(pipe);
                ConsoleLog console = new ConsoleLog(pipe, recording(), buffer)) {
            write(jailEnd, new byte[1_000]);
            console.drain();
            assertThat(capacity(jailEnd)).as("a jail that writes little").isEqualTo(64 << 10);
            write(jailEnd, new byte[60_000]);
            console.drain();
            assertThat(capacity(jailEnd)).as("a jail that writes much").isEqualTo(1 << 20);
        }
    }

    private Recording recording() {
        return logs.open(JAIL, Begin.WITH_A_RUN);
    }

    private String written() throws Exception {
        LogRead all = new LogRead(
                JAIL,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO);
        StringBuilder text = new StringBuilder();
        for (LogEntry entry : logs.read(all).entries()) {
            if (entry instanceof LogEntry.Output output) {
                text.append(new String(output.content(), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
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
