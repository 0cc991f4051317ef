package dev.bailiwick.server.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked from an archive within this server. */
record PostgresPrograms(Path directory) {

    /** The major version whose files this server reads and writes. */
    static final String MAJOR_VERSION = "18";

    /** Unpacks the archive once, into a directory named by its digest, so that a new version of the server unpacks its own. */
    static PostgresPrograms in(Path parent) throws IOException {
        String archive = archive();
        Path unpacked = parent.resolve("postgresql-" + digest(archive));
        if (Files.isDirectory(unpacked)) {
            return new PostgresPrograms(unpacked);
        }
        Path unfinished = parent.resolve(unpacked.getFileName() + ".new");
        delete(unfinished);
        Files.createDirectories(unfinished);
        try (InputStream stream = open(archive);
                var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(stream)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, unfinished);
            }
        }
        readable(unfinished);
        Files.move(unfinished, unpacked, StandardCopyOption.ATOMIC_MOVE);
        return new PostgresPrograms(unpacked);
    }

    String program(String name) {
        return directory.resolve("bin").resolve(name).toString();
    }

    private static String archive() {
        String architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "amd64" -> "/postgres-linux-x86_64.txz";
            case "aarch64" -> "/postgres-linux-arm_64.txz";
            default ->
                throw new DatabaseUnusable("There is no embedded PostgreSQL for " + architecture
                        + ": give the URL of one of your own as spring.datasource.url");
        };
    }

    private static InputStream open(String archive) {
        InputStream stream = PostgresPrograms.class.getResourceAsStream(archive);
        if (stream == null) {
            throw new DatabaseUnusable("This build of the server lacks PostgreSQL (" + archive + ")");
        }
        return stream;
    }

    private static String digest(String archive) throws IOException {
        try (var stream = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            stream.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(stream.getMessageDigest().digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new DatabaseUnusable("The PostgreSQL archive has a path outside of itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Path parent = target.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        boolean program = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }

    /** Makes all directories readable, whatever the server's umask is: PostgreSQL may run as another user. */
    private static void readable(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path directory : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
