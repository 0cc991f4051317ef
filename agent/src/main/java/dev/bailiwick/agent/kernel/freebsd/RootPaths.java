package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Root paths below the host's allowed base. Only root can enter the base, because files that a jail's root creates belong to the host's
 * root, including set-uid files. jail_set(2) follows links in its path, so its result is compared afterwards, see {@link FreeBsdKernel}.
 */
final class RootPaths {

    private final Path base;

    RootPaths(Path base) {
        try {
            Files.createDirectories(base);
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx------"));
            this.base = base.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!this.base.equals(base)) {
            throw new IllegalStateException("the root base " + base + " is a link, or contains one, to " + this.base);
        }
    }

    /** Returns why the path must not be used, as a predicate. */
    Optional<String> refusal(RootPath path, Base kind) {
        return misplaced(path).or(() -> switch (kind) {
            case Base.Directory() ->
                Files.isDirectory(Path.of(path.value()), LinkOption.NOFOLLOW_LINKS)
                        ? Optional.empty()
                        : Optional.of("does not exist on this host, and the base 'directory' needs it");
            case Base.Thin() -> Optional.of("cannot be based on this host's programs: FreeBSD jails do not share them");
            case Base.Template(String name) ->
                Optional.of("cannot be based on the template " + name + ": FreeBSD jails have no layers");
        });
    }

    /** @throws KernelRefusal if the path may not be used */
    void require(RootPath path, Base kind) {
        refusal(path, kind).ifPresent(reason -> {
            throw refusal(path, reason);
        });
    }

    static KernelRefusal refusal(RootPath path, String reason) {
        return KernelRefusal.permanent("RootPathRefused", "the root path " + path + " " + reason);
    }

    private Optional<String> misplaced(RootPath path) {
        Path absolute = Path.of(path.value());
        if (!absolute.startsWith(base) || absolute.equals(base)) {
            return Optional.of("must lie below " + base + " on this host");
        }
        Path prefix = base;
        for (Path part : base.relativize(absolute)) {
            prefix = prefix.resolve(part);
            if (Files.isSymbolicLink(prefix)) {
                return Optional.of("leaves " + base + " through the symbolic link " + prefix);
            }
            if (Files.exists(prefix, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(prefix, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("has a part that is not a directory");
            }
        }
        return Optional.empty();
    }

    /** Deletes the tree, by descriptor from the base on and without following links. Does nothing if it does not exist. */
    void delete(RootPath path) {
        misplaced(path).ifPresent(reason -> {
            throw refusal(path, reason);
        });
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(base)) {
            deleteBelow(secure(stream), base.relativize(Path.of(path.value())));
        } catch (NoSuchFileException e) {
            return; // nothing to delete: the tree, or a directory above it, does not exist
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteBelow(SecureDirectoryStream<Path> parent, Path relative) throws IOException {
        if (relative.getNameCount() == 1) {
            deleteEntry(parent, relative);
            return;
        }
        try (SecureDirectoryStream<Path> next =
                parent.newDirectoryStream(relative.getName(0), LinkOption.NOFOLLOW_LINKS)) {
            deleteBelow(next, relative.subpath(1, relative.getNameCount()));
        }
    }

    private static void deleteEntry(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        BasicFileAttributeView view =
                parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().isDirectory()) {
            parent.deleteFile(name);
            return;
        }
        try (SecureDirectoryStream<Path> children = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path child : children) {
                deleteEntry(children, child.getFileName());
            }
        }
        parent.deleteDirectory(name);
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IllegalStateException("this Java runtime has no SecureDirectoryStream");
    }
}
