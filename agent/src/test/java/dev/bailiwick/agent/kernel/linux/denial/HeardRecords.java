package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.TestHost;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's records of blocked calls of a host's jails, read beside the agent. The kernel sends them on a thread of its own, so that a
 * jail may have ended before the records of its last calls can be read.
 */
final class HeardRecords implements AutoCloseable {

    private static final long PAUSE_NANOS = 1_000_000;

    private final AuditSocket socket = new AuditSocket();
    private final HostLayout layout;
    private int awaited;
    private int heard;

    HeardRecords(HostLayout layout) {
        this.layout = layout;
    }

    /** Waits for so many more records. */
    void await(int more) {
        awaited += more;
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (heard < awaited) {
            assertThat(System.nanoTime()).as("%d of %d records", heard, awaited).isLessThan(deadline);
            if (socket.receive(new Counter()) == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private final class Counter implements AuditSocket.Reader {

        @Override
        public void record(ByteBuffer text, int from, int end) {
            long first = layout.firstHostId();
            long last = first + (long) layout.hostIdRanges() * HostLayout.RANGE_WIDTH - 1;
            AuditRecord.parse(text, from, end)
                    .filter(record -> record.user() >= first && record.user() <= last)
                    .ifPresent(_ -> heard++);
        }

        @Override
        public void missed() {
            throw new AssertionError("records were dropped");
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
