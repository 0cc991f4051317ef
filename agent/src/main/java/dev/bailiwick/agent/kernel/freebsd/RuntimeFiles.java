package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A directory for each jail: its console, its mark, and the changes to the host that must be undone. */
final class RuntimeFiles {

    private static final Pattern JAIL_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Path home;

    RuntimeFiles(HostLayout layout) {
        this.home = layout.runtimeDirectory().resolve("jails");
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates the agent's directories, which nobody else may read. */
    static void prepare(HostLayout layout) {
        try {
            for (Path directory : List.of(layout.runtimeDirectory(), layout.logDirectory(), layout.stateDirectory())) {
                Files.createDirectories(directory);
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns every jail that has a directory. */
    List<JailId> jails() {
        List<JailId> jails = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(home)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (JAIL_ID.matcher(name).matches()) {
                    jails.add(JailId.parse(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jails;
    }

    Path console(JailId jail) {
        return directory(jail).resolve("console");
    }

    /** Notes changes to the host, before they are made. */
    void noteHost(JailId jail, RootPath path, IpAddresses addresses) {
        List<String> lines = new ArrayList<>(List.of(path.value()));
        addresses.primary().stream().map(IpAddress::toString).forEach(lines::add);
        write(jail, "host", String.join("\n", lines));
    }

    /** Returns the noted root path and addresses; empty if the host was not changed. */
    List<String> host(JailId jail) {
        return read(jail, "host").map(text -> List.of(text.split("\n", -1))).orElse(List.of());
    }

    void mark(JailId jail, JailMark mark) {
        write(jail, "mark", mark.text());
    }

    Optional<JailMark> markOf(JailId jail) {
        return read(jail, "mark").map(JailMark::parse);
    }

    void delete(JailId jail) {
        try {
            for (String name : List.of("console", "mark", "mark.new", "host.new", "host")) {
                Files.deleteIfExists(directory(jail).resolve(name));
            }
            Files.deleteIfExists(directory(jail));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> read(JailId jail, String name) {
        try {
            return Optional.of(TextFile.read(directory(jail).resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(JailId jail, String name, String text) {
        Path fresh = directory(jail).resolve(name + ".new");
        try {
            Files.createDirectories(directory(jail));
            Files.writeString(fresh, text);
            Files.move(fresh, directory(jail).resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path directory(JailId jail) {
        return home.resolve(jail.toString());
    }
}
