package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The disk for logs does not respond: a log is a named pipe without a reader, so opening it for writing waits (fifo(7)). */
@NeedsRoot
class StalledLogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void delaysNoNoticeOfAnEnd() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId stalled = host.newId();
            JailDefinition definition = host.definition("stalled", "/bin/sh", "-c", "echo one; sleep 1000");
            Path log = host.logDirectoryOf(stalled).resolve("0".repeat(19) + ".log");
            Files.createDirectories(log.getParent());
            int made = new ProcessBuilder("mkfifo", log.toString()).start().waitFor();
            assertThat(made).isZero();
            host.start(stalled, definition);
            awaitStandstill();
            try {
                JailId brief = host.newId();
                host.start(brief, host.definition("brief", "/bin/sh", "-c", "echo two"));
                assertThat(host.awaitNotice(PATIENCE).jail()).isEqualTo(brief);
                host.kernel.release(brief);

                host.kernel.kill(stalled);
                assertThat(host.awaitNotice(PATIENCE).jail()).isEqualTo(stalled);
                host.kernel.release(stalled);
                assertThatThrownBy(() -> host.start(stalled, definition))
                        .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                            assertThat(refusal.reason()).isEqualTo("DiskBusy");
                            assertThat(refusal.isPermanent()).isFalse();
                        });
            } finally {
                // With a reader, the log continues.
                try (FileChannel reader = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    host.kernel.awaitLog(stalled);
                    assertThat(reader.isOpen()).isTrue();
                }
            }
            Files.delete(log);
            host.start(stalled, definition);
            host.awaitLog(stalled, "one");
        }
    }

    private static void awaitStandstill() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!somebodyWaitsForAReader()) {
            assertThat(System.nanoTime()).as("the log is opened in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static boolean somebodyWaitsForAReader() throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                if (stack(thread).contains("fifo_open")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String stack(Path thread) {
        try {
            return Files.readString(thread.resolve("stack"));
        } catch (IOException itHasEnded) {
            return "";
        }
    }
}
