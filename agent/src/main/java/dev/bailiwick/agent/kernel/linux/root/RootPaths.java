package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_BENEATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_MAGICLINKS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_SYMLINKS;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Resolves root paths below the host's allowed base, by descriptor and without following symbolic links, so that the agent uses exactly
 * what it has checked.
 */
final class RootPaths implements AutoCloseable {

    private static final long RESOLVE = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

    private final Path base;
    private final Descriptor baseDirectory;

    RootPaths(Path base) {
        this.base = base;
        try {
            Files.createDirectories(base);
            // The files below belong to many jails; no local user needs access.
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.baseDirectory = Linux.openat2(Constants.AT_FDCWD, base.toString(), O_PATH | O_DIRECTORY, 0, 0);
    }

    private Optional<String> misplaced(RootPath path) {
        Path absolute = Path.of(path.value());
        if (!absolute.startsWith(base) || absolute.equals(base)) {
            return Optional.of("must lie below " + base + " on this host");
        }
        return base.relativize(absolute).startsWith(IdRanges.DIRECTORY)
                ? Optional.of("is the directory where this host keeps its record of files")
                : Optional.empty();
    }

    /** Returns why the path must not be used, as a predicate. A path that does not exist yet may be used. */
    Optional<String> refusal(RootPath path) {
        Optional<String> misplaced = misplaced(path);
        if (misplaced.isPresent()) {
            return misplaced;
        }
        try (NativeMemory memory = new NativeMemory()) {
            long result =
                    Linux.openat2Raw(memory, baseDirectory.number(), relative(path), O_PATH | O_DIRECTORY, 0, RESOLVE);
            if (result >= 0) {
                new Descriptor((int) result).close();
                return Optional.empty();
            }
            return switch ((int) -result) {
                case Errno.ENOENT -> Optional.empty();
                case Errno.ELOOP -> Optional.of(throughLink(Path.of(path.value())));
                case Errno.ENOTDIR -> Optional.of("has a part that is not a directory");
                default -> Optional.of("cannot be opened: " + Errno.name((int) -result));
            };
        }
    }

    /**
     * Opens the directory at the path, without following links.
     *
     * @throws KernelRefusal if the path may not be used or does not exist
     */
    Descriptor open(RootPath path) {
        refuseBadPath(path);
        return Linux.openat2(baseDirectory.number(), relative(path), O_PATH | O_DIRECTORY, 0, RESOLVE);
    }

    /** Like {@link #open}, but returns empty if the path does not exist. */
    Optional<Descriptor> find(RootPath path) {
        long result = -Errno.EINVAL;
        if (misplaced(path).isEmpty()) {
            try (NativeMemory memory = new NativeMemory()) {
                result = Linux.openat2Raw(
                        memory, baseDirectory.number(), relative(path), O_PATH | O_DIRECTORY, 0, RESOLVE);
            }
        }
        if (result == -Errno.ENOENT) {
            return Optional.empty();
        }
        if (result < 0) {
            refuseBadPath(path);
        }
        return Optional.of(new Descriptor((int) Linux.check("openat2", path.value(), result)));
    }

    /** Like {@link #open}, but creates missing directories, each accessible to root alone. */
    Descriptor openOrCreate(RootPath path) {
        refuseBadPath(path);
        return create(Path.of(relative(path)));
    }

    /** Opens the directory that contains the path's last part; creates missing directories. */
    Descriptor openOrCreateParent(RootPath path) {
        refuseBadPath(path);
        Path parent = Path.of(relative(path)).getParent();
        return create(parent == null ? Path.of(".") : parent);
    }

    private Descriptor create(Path relative) {
        Descriptor current = Linux.openat2(baseDirectory.number(), ".", O_PATH | O_DIRECTORY, 0, RESOLVE);
        for (Path part : relative) {
            try (Descriptor parent = current) {
                Linux.makeDirectory(parent, part.toString(), 0700);
                current = Linux.openat2(parent.number(), part.toString(), O_PATH | O_DIRECTORY, 0, RESOLVE);
            }
        }
        return current;
    }

    /** Opens the directory that contains the path's last part; empty if it does not exist any more. */
    Optional<Descriptor> openParent(RootPath path) {
        refuseBadPath(path);
        Path parent = Path.of(relative(path)).getParent();
        try (NativeMemory memory = new NativeMemory()) {
            long result = Linux.openat2Raw(
                    memory,
                    baseDirectory.number(),
                    parent == null ? "." : parent.toString(),
                    O_PATH | O_DIRECTORY,
                    0,
                    RESOLVE);
            if (result == -Errno.ENOENT) {
                return Optional.empty();
            }
            return Optional.of(new Descriptor((int) Linux.check("openat2", path.value(), result)));
        }
    }

    private void refuseBadPath(RootPath path) {
        refusal(path).ifPresent(reason -> {
            throw KernelRefusal.permanent("RootPathRefused", "the root path " + path + " " + reason);
        });
    }

    private String relative(RootPath path) {
        return base.relativize(Path.of(path.value())).toString();
    }

    private String throughLink(Path absolute) {
        Path prefix = base;
        for (Path part : base.relativize(absolute)) {
            prefix = prefix.resolve(part);
            if (Files.isSymbolicLink(prefix)) {
                return "leaves " + base + " through the symbolic link " + prefix;
            }
        }
        return "passes through a symbolic link";
    }

    @Override
    public void close() {
        baseDirectory.close();
    }
}
