package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Collectors;

/** The host's files about running jails: a directory for each. */
final class RuntimeFiles {

    private final Path jails;

    RuntimeFiles(HostLayout layout) {
        this.jails = layout.runtimeDirectory().resolve("jails");
    }

    /** Creates the host's directories, readable only by the agent. */
    static void prepare(HostLayout layout) {
        makePrivate(layout.runtimeDirectory());
        makePrivate(layout.logDirectory());
        makePrivate(layout.stateDirectory());
        makePrivate(layout.rootBase());
    }

    private static void makePrivate(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the directory that contains a directory for each running jail. */
    Path jails() {
        return jails;
    }

    Path pipeOf(JailId jail) {
        return jails.resolve(jail.toString()).resolve("console");
    }

    /** Returns the file that says where the terminal of the jail's init is kept. */
    Path terminalOf(JailId jail) {
        return pipeOf(jail).resolveSibling("terminal");
    }

    /** Removes the directories of all other jails. By its claim, this instance alone owns them. */
    void removeAllBut(Set<JailId> running) {
        Set<String> kept = running.stream().map(JailId::toString).collect(Collectors.toSet());
        File[] directories = jails.toFile().listFiles(File::isDirectory);
        for (File directory : directories == null ? new File[0] : directories) {
            if (!kept.contains(directory.getName())) {
                remove(directory.toPath());
            }
        }
    }

    void remove(JailId jail) {
        Path directory = jails.resolve(jail.toString());
        if (Files.isDirectory(directory)) {
            remove(directory);
        }
    }

    private static void remove(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
