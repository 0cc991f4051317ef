package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The programs that jails with the thin base borrow: this host's {@code /usr}. If that is an overlay, as in a container, it disappears
 * with the container and its lower layers with the image. Then jails borrow a copy, which is named after its content. The copy stays as
 * long as a jail uses it, whatever image the agent comes from next.
 */
public final class HostPrograms {

    /** Directories that every jail's command needs. If one lists nothing, the programs are missing. */
    private static final List<String> INDISPENSABLE = List.of("bin", "lib");

    private static final String COPY = "usr-";
    private static final String UNFINISHED = "usr.next";

    private final Path source;
    private final Path copies;
    private final Path directory;
    private final boolean isCopy;

    private HostPrograms(Path source, Path copies, Path directory) {
        this.source = source;
        this.copies = copies;
        this.directory = directory;
        this.isCopy = !directory.equals(source);
    }

    /** Returns the host's programs where they are. */
    static HostPrograms inPlace(Path source) {
        return new HostPrograms(source, source, source);
    }

    /** Returns a copy of the current content of {@code source}, below {@code copies}; creates it if it does not exist. */
    static HostPrograms copied(Path source, Path copies) {
        try {
            HostPrograms programs = new HostPrograms(source, copies, copies.resolve(COPY + digestOf(source)));
            programs.provide();
            return programs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the directory that jails borrow when they start now; creates the copy again if it is missing. */
    Path provide() {
        if (!isCopy || isWhole(directory)) {
            return directory;
        }
        synchronized (this) {
            if (!isWhole(directory)) {
                copy();
            }
        }
        return directory;
    }

    /** Returns the name under which a jail's cgroup records the borrowed programs. */
    public String name() {
        return directory.getFileName().toString();
    }

    private void copy() {
        try {
            Files.createDirectories(copies);
            delete(UNFINISHED);
            delete(name());
            Path next = copies.resolve(UNFINISHED);
            Files.walkFileTree(source, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                    return put(from);
                }

                @Override
                public FileVisitResult visitFile(Path from, BasicFileAttributes attributes) throws IOException {
                    return put(from);
                }

                private FileVisitResult put(Path from) throws IOException {
                    // The name is never converted to text: its bytes may be invalid in this JVM's encoding.
                    Files.copy(
                            from,
                            next.resolve(source.relativize(from)),
                            LinkOption.NOFOLLOW_LINKS,
                            StandardCopyOption.COPY_ATTRIBUTES);
                    return FileVisitResult.CONTINUE;
                }
            });
            // The final name promises that the copy is complete, even after a power failure.
            try (Descriptor written = Linux.openat2(
                    Constants.AT_FDCWD, next.toString(), Constants.O_RDONLY | Constants.O_DIRECTORY, 0, 0)) {
                Linux.call(SystemCall.SYNCFS, next.toString(), written.number());
            }
            Files.move(next, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a digest that changes when a file changes. It covers names and attributes only, because reading all files takes a minute.
     */
    private static String digestOf(Path source) throws IOException {
        MessageDigest digest = sha256();
        List<String> lines = new ArrayList<>();
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                lines.add(source.relativize(file) + " " + attributes.size() + " "
                        + attributes.lastModifiedTime().toMillis() + " "
                        + Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) + "\n");
                return FileVisitResult.CONTINUE;
            }
        });
        lines.stream().sorted().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes the copies that no jail borrows any more. */
    public void keepOnly(Set<String> borrowed) {
        for (String name : names()) {
            if (!name.equals(name()) && !borrowed.contains(name)) {
                delete(name);
            }
        }
    }

    /** Returns whether there are copies besides the one for new jails. */
    public boolean hasOthers() {
        return names().size() > 1;
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        if (isCopy) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(copies, COPY + "*")) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    /** Returns the names of all programs that are still complete. Cheap. */
    public Set<String> whole() {
        Set<String> whole = new TreeSet<>();
        if (!isCopy) {
            return isWhole(directory) ? Set.of(name()) : Set.of();
        }
        for (String name : names()) {
            if (isWhole(copies.resolve(name))) {
                whole.add(name);
            }
        }
        return whole;
    }

    private static boolean isWhole(Path programs) {
        return INDISPENSABLE.stream().allMatch(name -> hasEntries(programs.resolve(name)));
    }

    /** Returns whether a jail that borrowed programs still has them; also true if it has ended. */
    public static boolean areIn(int initPid) {
        try (Descriptor root = Linux.openat2(
                Constants.AT_FDCWD, "/proc/" + initPid + "/root", Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            return INDISPENSABLE.stream().allMatch(name -> hasEntries(root, "usr/" + name));
        } catch (LinuxFailure e) {
            return true;
        }
    }

    /** Returns whether the directory has entries; follows no link of the jail's out of its root. */
    private static boolean hasEntries(Descriptor root, String path) {
        int inside = Constants.RESOLVE_IN_ROOT | Constants.RESOLVE_NO_MAGICLINKS;
        try (Descriptor directory =
                Linux.openat2(root.number(), path, Constants.O_RDONLY | Constants.O_DIRECTORY, 0, inside)) {
            return hasEntries(Path.of("/proc/self/fd", Integer.toString(directory.number())));
        } catch (LinuxFailure e) {
            return false;
        }
    }

    private static boolean hasEntries(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return entries.iterator().hasNext();
        } catch (IOException e) {
            return false;
        }
    }

    /** Deletes a tree that this agent created and no jail can write to. */
    private void delete(String name) {
        try (Descriptor parent =
                Linux.openat2(Constants.AT_FDCWD, copies.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(parent, name);
        }
    }
}
