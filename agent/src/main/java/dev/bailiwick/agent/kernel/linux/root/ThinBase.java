package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lowest layer of a jail that borrows its host's programs: the directories of a root file system, the links into {@code /usr}, and
 * the files of {@code /etc} that these programs need. It does not share the host's own {@code /etc}: it has copies of the files listed
 * here, which say nothing about the host, and of those that are still as they came in a package ({@link PackageFiles}).
 */
final class ThinBase {

    private static final Logger log = LoggerFactory.getLogger(ThinBase.class);

    private static final List<String> DIRECTORIES = List.of(
            "dev",
            "etc",
            "home",
            "media",
            "mnt",
            "opt",
            "proc",
            "run",
            "srv",
            "sys",
            "usr",
            "var/cache",
            "var/lib",
            "var/log",
            "var/mail",
            "var/spool");

    private static final List<String> LINKS_INTO_USR = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

    private static final List<String> COPIED = List.of(
            "etc/adduser.conf",
            "etc/alternatives",
            "etc/debian_version",
            "etc/default/locale",
            "etc/inputrc",
            "etc/ld.so.cache",
            "etc/ld.so.conf",
            "etc/ld.so.conf.d",
            "etc/locale.gen",
            "etc/localtime",
            "etc/mime.types",
            "etc/nsswitch.conf",
            "etc/os-release",
            "etc/pam.d/common-account",
            "etc/pam.d/common-auth",
            "etc/pam.d/common-password",
            "etc/pam.d/common-session",
            "etc/pam.d/common-session-noninteractive",
            "etc/profile",
            "etc/protocols",
            "etc/services",
            "etc/shells",
            "etc/ssl/certs/ca-certificates.crt",
            "etc/ssl/certs/java/cacerts",
            "etc/pki/tls/certs/ca-bundle.crt");

    /** The rule that selects the copied files. A new rule changes the digest, so that layers of older rules are not used. */
    private static final String RULES = "what everybody may read, and what packages contain";

    /** The name of the file that says for which state of the host's files the latest layer was built. */
    private static final String LATEST = "thin.latest";

    private static final Path HOST = Path.of("/");

    private final Path directory;
    private final String stamp;

    private ThinBase(Path directory, String stamp) {
        this.directory = directory;
        this.stamp = stamp;
    }

    /**
     * Returns whether this host can lend its programs. Everything must be below /usr (the merged-/usr layout). The layer, below
     * {@code parent}, must be on a file system whose owners can be shifted; an overlay, as in a container, does not permit that
     * (mount_setattr(2)).
     */
    static boolean isPossible(Path parent) {
        return Files.isSymbolicLink(Path.of("/bin")) && Files.isSymbolicLink(Path.of("/lib")) && !isOverlay(parent);
    }

    private static boolean isOverlay(Path path) {
        try {
            return Files.getFileStore(path).type().equals("overlay");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the programs for the layer's {@code /usr}. */
    static HostPrograms programs(Path parent) {
        Path usr = Path.of("/usr");
        return isOverlay(usr) ? HostPrograms.copied(usr, parent) : HostPrograms.inPlace(usr);
    }

    /**
     * Returns the layer for the host's current files, below {@code parent}; builds it if it does not exist. Layers are named after their
     * content and never changed: running jails keep the layer that they were started with.
     */
    static ThinBase build(Path parent) {
        try {
            String stamp = stamp();
            Optional<Path> known = known(parent, stamp);
            if (known.isPresent()) {
                return new ThinBase(known.get(), stamp);
            }
            PackageFiles packages = new PackageFiles(HOST);
            Path directory = parent.resolve("thin-" + digest(ofList() + packages.contents()));
            if (!Files.exists(directory)) {
                Files.createDirectories(parent);
                Path next = parent.resolve("thin.next");
                deleteOwn(parent, "thin.next");
                try {
                    fill(next, packages);
                    Files.writeString(parent.resolve(LATEST), stamp + directory.getFileName());
                } catch (IOException e) {
                    deleteOwn(parent, "thin.next");
                    return latest(parent, stamp, e);
                }
                Files.move(next, directory, StandardCopyOption.ATOMIC_MOVE);
                if (!packages.changed().isEmpty()) {
                    log.atInfo()
                            .addKeyValue("files", packages.changed())
                            .log(
                                    "jails with the thin base do not get files of packages that were changed on this host");
                }
            }
            return new ThinBase(directory, stamp);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether the host's files may differ from those that the layer was built from. Cheap. */
    boolean isOutdated() {
        try {
            return !stamp.equals(stamp());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the layer that was built last, if it was built for this state of the host's files. */
    private static Optional<Path> known(Path parent, String stamp) throws IOException {
        Path latest = parent.resolve(LATEST);
        if (!Files.exists(latest)) {
            return Optional.empty();
        }
        String text = TextFile.read(latest);
        return text.startsWith(stamp)
                ? Optional.of(parent.resolve(text.substring(stamp.length()))).filter(Files::isDirectory)
                : Optional.empty();
    }

    /** Returns the layer that was built last: an agent must be able to start while its disk is full. */
    private static ThinBase latest(Path parent, String stamp, IOException cause) throws IOException {
        Optional<Path> latest;
        try (Stream<Path> layers = Files.list(parent)) {
            latest = layers.filter(layer -> String.valueOf(layer.getFileName()).startsWith("thin-"))
                    .max(Comparator.comparingLong(layer -> layer.toFile().lastModified()));
        }
        if (latest.isEmpty()) {
            throw cause;
        }
        log.atWarn()
                .addKeyValue("cause", cause.toString())
                .addKeyValue("base", latest.get())
                .log("no base can be built from the files that this host has now; jails start on the previous one");
        return new ThinBase(latest.get(), stamp);
    }

    private static void fill(Path layer, PackageFiles packages) throws IOException {
        Files.createDirectory(layer);
        for (String name : DIRECTORIES) {
            Files.createDirectories(layer.resolve(name));
        }
        makeWithMode(layer.resolve("root"), 0700);
        makeWithMode(layer.resolve("tmp"), 01777);
        makeWithMode(layer.resolve("var/tmp"), 01777);
        Files.createSymbolicLink(layer.resolve("var/run"), Path.of("/run"));
        for (String link : LINKS_INTO_USR) {
            if (Files.isSymbolicLink(Path.of("/", link))) {
                Files.createSymbolicLink(layer.resolve(link), Path.of("usr", link));
            }
        }
        for (String name : COPIED) {
            PublicFiles.copy(Path.of("/", name), layer.resolve(name));
        }
        packages.copyTo(layer);
        BaseUsers.writeTo(layer.resolve("etc"));
    }

    /** Returns a text that changes when a file of the layer may have changed. */
    private static String stamp() throws IOException {
        return ofList() + PackageFiles.stamp(HOST);
    }

    /** Returns a text that changes when one of the listed files changes. */
    private static String ofList() throws IOException {
        StringBuilder inputs = new StringBuilder(RULES).append('\n').append(BaseUsers.TEXT);
        for (String name : COPIED) {
            Path file = HOST.resolve(name);
            if (Files.exists(file)) {
                inputs.append(name)
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis())
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .append('\n');
            }
        }
        return inputs.toString();
    }

    private static String digest(String inputs) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(inputs.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Path directory() {
        return directory;
    }

    private static void makeWithMode(Path path, int mode) throws IOException {
        Files.createDirectories(path);
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.FCHMODAT,
                    path.toString(),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(path.toString())),
                    mode);
        }
    }

    /** Deletes a tree that this agent created and no jail can write to. */
    private static void deleteOwn(Path parent, String name) {
        try (Descriptor directory =
                Linux.openat2(Constants.AT_FDCWD, parent.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(directory, name);
        }
    }
}
