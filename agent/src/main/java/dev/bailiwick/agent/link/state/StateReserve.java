package dev.bailiwick.agent.link.state;

import dev.bailiwick.agent.disk.ReservedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The changes of the desired state that were stored while the disk was full. They are {@link StateRecord}s that continue the chain of the
 * state's own file. So they become invalid as soon as that file changes. Used by one thread.
 */
final class StateReserve implements AutoCloseable {

    private final ReservedFile file;
    private StateRecord.Chain chain = StateRecord.Chain.begin();

    StateReserve(Path file) {
        this.file = new ReservedFile(file);
    }

    /** Reserves space, see {@link ReservedFile#keep}. */
    void keep(long bytes) throws IOException {
        file.keep(bytes);
    }

    /** Drops the content; the next record continues the chain {@code upon}. */
    void begin(StateRecord.Chain upon) {
        chain = upon.copy();
        file.continueAt(0);
    }

    /** Returns whether it has changes that the state's own file lacks. */
    boolean isUsed() {
        return file.isUsed();
    }

    /** Returns the records that continue the chain {@code upon}, oldest first. The next record is written after them. */
    List<byte[]> readUpon(StateRecord.Chain upon) throws IOException {
        begin(upon);
        List<byte[]> found = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(file.content());
        for (Optional<byte[]> next = chain.readNext(bytes); next.isPresent(); next = chain.readNext(bytes)) {
            found.add(next.get());
        }
        file.continueAt(bytes.position());
        return found;
    }

    /** Writes a record durably, see {@link ReservedFile#write}. */
    void write(byte[] content) throws IOException {
        StateRecord.Chain next = chain.copy();
        file.write(next.record(content));
        chain = next;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
