package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Measures how fast OpenSSH's clients move bytes: from and to a jail through Bailiwick, and from and to this machine through OpenSSH's own server. */
final class SshBench {

    static final long BYTES = 256L << 20;

    private static final int OWN_PORT = 9223;
    private static final double MEBIBYTE = 1 << 20;
    private static final String LOCALHOST = "127.0.0.1";

    private final Path directory;
    private final Path key;

    /** MiB in a second. */
    record Rates(double output, double get, double put) {}

    SshBench(Path tools) throws Exception {
        directory = Files.createDirectory(
                tools.resolve("ssh"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        key = directory.resolve("key");
        execute(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", key.toString()));
    }

    /** Returns the public key with which both servers are signed in to. */
    String publicKey() throws IOException {
        return Files.readString(directory.resolve("key.pub")).strip();
    }

    /** Measures Bailiwick, with a jail that can run head. */
    Rates bailiwick(int port, String user) throws Exception {
        return rates(port, user, "/tmp-of-bench");
    }

    /** Measures OpenSSH's own server; empty if it is not installed. */
    Optional<Rates> openssh() throws Exception {
        Path daemon = Path.of("/usr/sbin/sshd");
        if (!Files.isExecutable(daemon)) {
            return Optional.empty();
        }
        Files.createDirectories(Path.of("/run/sshd"));
        execute(List.of(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                directory.resolve("host").toString()));
        Path settings = directory.resolve("sshd_config");
        Files.writeString(
                settings, """
                ListenAddress %s:%d
                HostKey %s
                AuthorizedKeysFile %s
                PermitRootLogin prohibit-password
                PidFile none
                StrictModes no
                UsePAM no
                Subsystem sftp internal-sftp
                """.formatted(LOCALHOST, OWN_PORT, directory.resolve("host"), directory.resolve("key.pub")));
        Process server = new ProcessBuilder(daemon.toString(), "-D", "-e", "-f", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sshd.log").toFile())
                .start();
        try {
            awaitSignIn();
            return Optional.of(rates(OWN_PORT, "root", directory.resolve("far").toString()));
        } finally {
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private void awaitSignIn() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (start(ssh(OWN_PORT, "root", "true")).waitFor() != 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "sshd does not answer: " + Files.readString(directory.resolve("sshd.log")));
            }
            Thread.sleep(100);
        }
    }

    private Rates rates(int port, String user, String far) throws Exception {
        Path near = directory.resolve("near");
        execute(List.of("head", "-c", String.valueOf(BYTES), "/dev/urandom"), near);
        double output = rate(() -> {
            Process command = start(ssh(port, user, "head -c " + BYTES + " /dev/zero"));
            if (count(command.getInputStream()) != BYTES || command.waitFor() != 0) {
                throw new IllegalStateException("the output over SSH is not whole");
            }
        });
        double put = rate(() -> sftp(port, user, "put " + near + " " + far));
        Path back = directory.resolve("back");
        double get = rate(() -> sftp(port, user, "get " + far + " " + back));
        if (Files.mismatch(near, back) != -1) {
            throw new IllegalStateException("the file over SFTP is not the one that was sent");
        }
        Files.delete(back);
        sftp(port, user, "rm " + far);
        return new Rates(output, get, put);
    }

    private interface Transfer {
        void run() throws Exception;
    }

    private static double rate(Transfer transfer) throws Exception {
        long began = System.nanoTime();
        transfer.run();
        return BYTES / MEBIBYTE / ((System.nanoTime() - began) / 1e9);
    }

    private static long count(InputStream input) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long count = 0;
        for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
            count += read;
        }
        return count;
    }

    private List<String> options() {
        return List.of(
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "IdentitiesOnly=yes",
                "-i",
                key.toString());
    }

    private List<String> ssh(int port, String user, String command) {
        List<String> all = new ArrayList<>(List.of("ssh", "-n", "-p", String.valueOf(port)));
        all.addAll(options());
        all.addAll(List.of(user + "@" + LOCALHOST, command));
        return all;
    }

    private void sftp(int port, String user, String command) throws Exception {
        Path batch = directory.resolve("batch");
        Files.writeString(batch, command + "\n");
        List<String> all = new ArrayList<>(List.of("sftp", "-q", "-b", batch.toString(), "-P", String.valueOf(port)));
        all.addAll(options());
        all.add(user + "@" + LOCALHOST);
        execute(all);
    }

    private void execute(List<String> command) throws Exception {
        execute(command, directory.resolve("output"));
    }

    private static void execute(List<String> command, Path output) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + " ended with " + process.exitValue());
        }
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
