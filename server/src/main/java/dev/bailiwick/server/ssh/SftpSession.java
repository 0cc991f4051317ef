package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Answers the requests of one client of SFTP, version 3; used by one thread. */
final class SftpSession {

    private static final int MAX_HANDLES = 8;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int APPEND = 4;
    private static final int CREATE = 8;
    private static final int TRUNCATE = 16;
    private static final int EXCLUSIVE = 32;

    private final SftpFiles files;
    private final SftpChanges changes;
    private final Map<Integer, SftpHandle> handles = new HashMap<>();
    private final SftpHandle.Part part = new SftpHandle.Part();
    private int lastHandle;

    SftpSession(SftpFiles files) {
        this.files = files;
        this.changes = new SftpChanges(files);
    }

    /** Returns the answer to a packet. */
    Buffer answer(Buffer packet) {
        int type = packet.getUByte();
        if (type == 1) {
            return SftpReplies.version();
        }
        int id = packet.getInt();
        try {
            return answer(type, id, packet);
        } catch (SftpFault e) {
            return SftpReplies.status(id, e.status(), e.sentence());
        } catch (Failure e) {
            SftpFault fault = SftpFault.of(e);
            return SftpReplies.status(id, fault.status(), fault.sentence());
        } catch (InvalidValue e) {
            return SftpReplies.status(id, SftpFault.FAILURE, "The path " + e.reason() + ".");
        } catch (BufferException e) {
            return SftpReplies.status(id, SftpFault.MALFORMED, "The request is malformed.");
        }
    }

    private Buffer answer(int type, int id, Buffer packet) throws SftpFault {
        return switch (type) {
            case 3 -> open(id, path(packet), packet.getInt(), SftpPackets.wanted(packet));
            case 4 -> close(id, packet);
            case 5 -> read(id, handle(packet, SftpHandle.Reader.class), packet.getLong(), packet.getInt());
            case 6 -> {
                handle(packet, SftpHandle.Writer.class).write(packet.getLong(), packet.getBytes());
                yield SftpReplies.ok(id);
            }
            case 7 ->
                SftpReplies.attributes(
                        id,
                        files.ask(new FileRequest.Look(path(packet)), FileResult.Found.class)
                                .entry());
            case 8 -> SftpReplies.attributes(id, opened(handle(packet, SftpHandle.class)));
            case 9 -> {
                changes.set(path(packet), SftpPackets.wanted(packet));
                yield SftpReplies.ok(id);
            }
            case 10 -> {
                set(handle(packet, SftpHandle.class), SftpPackets.wanted(packet));
                yield SftpReplies.ok(id);
            }
            case 11 -> {
                requireRoom();
                yield handle(id, new SftpHandle.Directory(files, path(packet)));
            }
            case 12 ->
                SftpReplies.entries(
                        id, handle(packet, SftpHandle.Directory.class).read());
            case 13 -> {
                changes.remove(path(packet));
                yield SftpReplies.ok(id);
            }
            case 14 -> {
                changes.makeDirectory(path(packet), SftpPackets.wanted(packet));
                yield SftpReplies.ok(id);
            }
            case 15 -> {
                changes.removeDirectory(path(packet));
                yield SftpReplies.ok(id);
            }
            case 16 -> SftpReplies.name(id, path(packet).text());
            case 17 -> SftpReplies.attributes(id, follow(path(packet)));
            case 18 -> {
                changes.rename(path(packet), path(packet), false);
                yield SftpReplies.ok(id);
            }
            case 19 -> readLink(id, path(packet));
            // OpenSSH sends the target first, against the draft, and all others do as it does.
            case 20 -> {
                changes.link(FileName.text(packet.getBytes()), path(packet));
                yield SftpReplies.ok(id);
            }
            case 200 -> extended(id, packet);
            default -> throw new SftpFault(SftpFault.UNSUPPORTED, "The request is not supported.");
        };
    }

    /** Reads a path: relative ones begin at the root, and {@code ..} goes up as it is written, whatever is there. */
    private static FilePath path(Buffer packet) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : FileName.text(packet.getBytes()).split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return FilePath.parse("/" + String.join("/", parts));
    }

    private <H extends SftpHandle> H handle(Buffer packet, Class<H> kind) throws SftpFault {
        byte[] name = packet.getBytes();
        SftpHandle handle = name.length == Integer.BYTES ? handles.get(new ByteArrayBuffer(name).getInt()) : null;
        if (!kind.isInstance(handle)) {
            throw new SftpFault(SftpFault.FAILURE, "There is no such handle.");
        }
        return kind.cast(handle);
    }

    private void requireRoom() throws SftpFault {
        if (handles.size() >= MAX_HANDLES) {
            throw new SftpFault(SftpFault.FAILURE, "Too many files are open.");
        }
    }

    private Buffer handle(int id, SftpHandle opened) {
        handles.put(++lastHandle, opened);
        return SftpReplies.handle(id, lastHandle);
    }

    private Buffer open(int id, FilePath path, int flags, SftpPackets.Wanted wanted) throws SftpFault {
        requireRoom();
        if ((flags & WRITE) == 0) {
            return handle(id, new SftpHandle.Reader(files, path, part));
        }
        Optional<FileEntry> there = files.look(path);
        if (there.isPresent() && (flags & EXCLUSIVE) != 0) {
            throw new SftpFault(SftpFault.FAILURE, "There is a file already.");
        }
        if (there.isEmpty() && (flags & CREATE) == 0) {
            throw new SftpFault(SftpFault.NO_SUCH_FILE, "There is no such file.");
        }
        if ((flags & (READ | APPEND)) != 0) {
            throw new SftpFault(SftpFault.UNSUPPORTED, SftpHandle.Writer.AS_A_WHOLE);
        }
        if (there.filter(file -> file.kind() == FileKind.DIRECTORY).isPresent()) {
            throw new SftpFault(SftpFault.FAILURE, "It is a directory.");
        }
        OptionalInt mode = there.isPresent() || wanted.mode().isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(wanted.mode().getAsInt() & ~SftpChanges.UMASK);
        long kept = (flags & TRUNCATE) != 0 ? 0 : there.map(FileEntry::size).orElse(0L);
        return handle(id, new SftpHandle.Writer(files, path, (flags & EXCLUSIVE) != 0, mode, kept));
    }

    private Buffer close(int id, Buffer packet) throws SftpFault {
        SftpHandle closed = handle(packet, SftpHandle.class);
        handles.values().remove(closed);
        part.forget(closed);
        if (closed instanceof SftpHandle.Writer writer) {
            try {
                writer.finish();
            } catch (RuntimeException | SftpFault e) {
                drop(writer, e);
                throw e;
            }
            if (writer.owners().isPresent()) {
                changes.setOwners(writer.path(), writer.owners().get());
            }
        }
        return SftpReplies.ok(id);
    }

    private void set(SftpHandle handle, SftpPackets.Wanted wanted) throws SftpFault {
        if (handle instanceof SftpHandle.Writer writer) {
            writer.set(wanted);
        } else {
            changes.set(handle.path(), wanted);
        }
    }

    /** Drops the files that were not written to their end. */
    void end() {
        part.forget();
        for (SftpHandle open : handles.values()) {
            if (open instanceof SftpHandle.Writer writer) {
                drop(writer, new IllegalStateException("The transfer broke off"));
            }
        }
    }

    private static void drop(SftpHandle.Writer writer, Exception because) {
        try {
            writer.drop();
        } catch (RuntimeException e) {
            because.addSuppressed(e);
        }
    }

    private static Buffer read(int id, SftpHandle.Reader file, long offset, int length) throws SftpFault {
        if (offset < 0 || length < 0) {
            throw new SftpFault(SftpFault.MALFORMED, "The offset or the length is negative.");
        }
        byte[] bytes = file.read(offset, length);
        if (bytes.length == 0) {
            return SftpReplies.status(id, SftpFault.END, "");
        }
        return SftpReplies.data(id, bytes);
    }

    private FileEntry opened(SftpHandle handle) throws SftpFault {
        return handle instanceof SftpHandle.Reader reader ? reader.file() : follow(handle.path());
    }

    /** Returns what is at a path, or where a link leads that is there. */
    private FileEntry follow(FilePath path) {
        FileEntry there =
                files.ask(new FileRequest.Look(path), FileResult.Found.class).entry();
        if (there.kind() != FileKind.LINK) {
            return there;
        }
        try {
            return files.ask(new FileRequest.Read(path, 0, 0), FileResult.Content.class)
                    .file();
        } catch (FileUnsuitable noRegularFile) {
            var _ = files.ask(new FileRequest.List(path, 0, 1), FileResult.Entries.class);
            return new FileEntry(
                    there.name(),
                    FileKind.DIRECTORY,
                    0,
                    0755,
                    there.owner(),
                    there.group(),
                    there.modified(),
                    Optional.empty(),
                    there.isMounted(),
                    there.version());
        }
    }

    private Buffer readLink(int id, FilePath path) throws SftpFault {
        FileEntry there =
                files.ask(new FileRequest.Look(path), FileResult.Found.class).entry();
        return SftpReplies.name(
                id, there.target().orElseThrow(() -> new SftpFault(SftpFault.FAILURE, "It is no link.")));
    }

    private Buffer extended(int id, Buffer packet) throws SftpFault {
        if (packet.getString().equals(SftpReplies.POSIX_RENAME)) {
            changes.rename(path(packet), path(packet), true);
            return SftpReplies.ok(id);
        }
        throw new SftpFault(SftpFault.UNSUPPORTED, "The extension is not supported.");
    }
}
