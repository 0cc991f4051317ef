package dev.bailiwick.server.jail.file.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.bounds.Bound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final FilePath PATH = FilePath.parse("/file");
    private static final FileEntry FILE = new FileEntry(
            "file",
            FileKind.FILE,
            20L * FileBytes.MAX,
            0644,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Instant.EPOCH,
            Optional.empty(),
            false,
            "1-1");

    private final Queue<List<FileRequest>> asked = new ConcurrentLinkedQueue<>();
    private final List<ContentWriter> stalled = new ArrayList<>();

    @AfterEach
    void settle() {
        stalled.forEach(ContentWriter::settle);
    }

    @Test
    void writersWithoutRoomKeepNothing() {
        stall();
        asked.clear();

        ContentWriter late = writer();
        late.write(new byte[100], 0, 100);
        late.write(new byte[7 * FileBytes.MAX], 0, 7 * FileBytes.MAX);

        assertThat(asked.stream().flatMap(List::stream).map(RoomTest::length))
                .as("all that was written")
                .containsExactly(
                        100,
                        FileBytes.MAX,
                        FileBytes.MAX,
                        FileBytes.MAX,
                        FileBytes.MAX,
                        FileBytes.MAX,
                        FileBytes.MAX,
                        FileBytes.MAX);
        assertThat(late.size()).isEqualTo(100L + 7 * FileBytes.MAX);
    }

    @Test
    void writersThatEndLeaveTheirRoom() {
        stall();
        stalled.removeLast().settle();
        asked.clear();

        ContentWriter next = writer();
        stalled.add(next);
        next.write(new byte[100], 0, 100);

        assertThat(asked).isEmpty();
        assertThat(next.size()).isEqualTo(100);
    }

    @Test
    void readersWithoutRoomReadOnePart() {
        stall();
        asked.clear();

        try (ContentReader reader = new ContentReader(this::answer, PATH, FILE, 0)) {
            for (int i = 0; i < 20; i++) {
                assertThat(reader.read()).hasSize(FileBytes.MAX);
                assertThat(asked).hasSize(i + 1);
            }
            assertThat(reader.read()).isEmpty();
        }
        assertThat(asked).allSatisfy(requests -> assertThat(requests).hasSize(1));
    }

    @Test
    void readersThatAreClosedLeaveTheirRoom() {
        stall();
        stalled.removeLast().settle();
        for (int i = 0; i < 2; i++) {
            asked.clear();
            try (ContentReader reader = new ContentReader(this::answer, PATH, FILE, 0)) {
                assertThat(reader.read()).hasSize(FileBytes.MAX);
                assertThat(reader.read()).hasSize(FileBytes.MAX);
                assertThat(asked).anySatisfy(requests -> assertThat(requests).hasSize(2));
            }
        }
    }

    /** Has writers keep a little, until one finds no room. */
    private void stall() {
        asked.clear();
        while (asked.isEmpty()) {
            ContentWriter writer = writer();
            stalled.add(writer);
            writer.write(new byte[1], 0, 1);
        }
        stalled.removeLast().settle();
        assertThat((long) stalled.size() * 2 * Room.PARTS * FileBytes.MAX)
                .isPositive()
                .isLessThanOrEqualTo(Bound.FILE_BYTES_AHEAD.value());
    }

    private ContentWriter writer() {
        return new ContentWriter(this::answer, PATH, new UploadId("00000000-0000-4000-8000-000000000000"), 0);
    }

    private static int length(FileRequest request) {
        return ((FileRequest.Write) request).bytes().length();
    }

    private List<FileResult> answer(List<FileRequest> requests) {
        asked.add(requests);
        return requests.stream().map(RoomTest::result).toList();
    }

    private static FileResult result(FileRequest request) {
        return switch (request) {
            case FileRequest.Read read -> new FileResult.Content(new FileBytes(new byte[read.length()]), FILE);
            case FileRequest.Write write ->
                new FileResult.Uploaded(write.offset() + write.bytes().length());
            default -> throw new IllegalArgumentException("not asked here: " + request);
        };
    }
}
