package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileWork;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The files of one jail of a test, as a server asks for them. */
record FilesOfJail(LinuxKernel kernel, JailId id, JailDefinition definition) {

    private static final FileRequest.UploadId UPLOAD = new FileRequest.UploadId("upload-of-a-test");
    private static final FileRequest.End END = new FileRequest.End(Optional.empty(), false, OptionalInt.empty());

    FileResult work(FileRequest request) {
        return kernel.work(new FileWork(id, definition.path(), definition.base(), request));
    }

    Reason refusal(FileRequest request) {
        FileResult result = work(request);
        assertThat(result).isInstanceOf(FileResult.Refused.class);
        return ((FileResult.Refused) result).reason();
    }

    private <R extends FileResult> R work(FileRequest request, Class<R> type) {
        FileResult result = work(request);
        assertThat(result).isInstanceOf(type);
        return type.cast(result);
    }

    static FilePath path(String path) {
        return FilePath.parse(path);
    }

    FileEntry look(String path) {
        return done(new FileRequest.Look(path(path)));
    }

    /** Does something that leaves a file. */
    FileEntry done(FileRequest request) {
        return work(request, FileResult.Found.class).entry();
    }

    String read(String path) {
        return new String(
                work(new FileRequest.Read(path(path), 0, FileBytes.MAX), FileResult.Content.class)
                        .bytes()
                        .bytes(),
                StandardCharsets.UTF_8);
    }

    static FileRequest.Write writing(String path, String content) {
        return new FileRequest.Write(
                path(path), UPLOAD, 0, new FileBytes(content.getBytes(StandardCharsets.UTF_8)), Optional.of(END));
    }

    FileEntry write(String path, String content) {
        return done(writing(path, content));
    }

    static FileRequest.Write chunk(String path, long offset, byte[] bytes, boolean isLast) {
        return new FileRequest.Write(
                path(path), UPLOAD, offset, new FileBytes(bytes), isLast ? Optional.of(END) : Optional.empty());
    }

    FileRequest findUpload(String path) {
        return new FileRequest.FindUpload(path(path), UPLOAD);
    }

    /** Returns all names in a directory, which are read in several parts if there are many. */
    List<String> names(String path) {
        List<String> names = new ArrayList<>();
        Optional<Long> next = Optional.of(0L);
        while (next.isPresent()) {
            FileResult.Entries part = work(
                    new FileRequest.List(path(path), next.get(), FileRequest.MAX_ENTRIES), FileResult.Entries.class);
            part.entries().forEach(entry -> names.add(entry.name()));
            next = part.next();
        }
        return names;
    }

    /** Removes all of it; returns how many requests that took. */
    int removeAll(String path) {
        for (int requests = 1; ; requests++) {
            if (work(new FileRequest.Remove(path(path)), FileResult.Removed.class)
                    .isComplete()) {
                return requests;
            }
        }
    }
}
