package dev.bailiwick.server.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A user of the operating system, as in {@code passwd(5)}. */
record SystemUser(String name, int uid, int gid) {

    private static final Path PASSWD = Path.of("/etc/passwd");

    /**
     * Returns the user that PostgreSQL has to run as; empty for the user that runs this server.
     *
     * @param wanted a name; null for {@code postgres}, or {@code nobody} if there is no such user
     * @throws DatabaseUnusable if there is no such user
     */
    static Optional<SystemUser> unprivileged(@Nullable String wanted) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.empty();
        }
        List<String> candidates = wanted == null ? List.of("postgres", "nobody") : List.of(wanted);
        return Optional.of(candidates.stream()
                .flatMap(name -> named(name).stream())
                .findFirst()
                .orElseThrow(() -> new DatabaseUnusable("PostgreSQL refuses to run as root, and there is no user "
                        + String.join(" or ", candidates) + ": set bailiwick.database.run-as to one that exists")));
    }

    private static Optional<SystemUser> named(String name) {
        try {
            return Files.readAllLines(PASSWD).stream()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields.length >= 4 && fields[0].equals(name))
                    .map(fields -> new SystemUser(name, Integer.parseInt(fields[2]), Integer.parseInt(fields[3])))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the command line that runs {@code command} as this user, without any of root's capabilities. */
    List<String> running(List<String> command) {
        List<String> prefix = List.of(
                "setpriv",
                "--reuid=" + uid,
                "--regid=" + gid,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs");
        return java.util.stream.Stream.concat(prefix.stream(), command.stream()).toList();
    }

    /** Changes the owner and group of a file or directory to this user's. */
    void own(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", uid);
        Files.setAttribute(path, "unix:gid", gid);
    }
}
