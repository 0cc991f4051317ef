package dev.bailiwick.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Ports for the programs under test, which bind them some time later. They are below the ports that the kernel gives out by itself, so
 * that no connection takes one meanwhile, and belong to a block that no other test run has.
 */
final class Ports {

    private static final int BLOCKS = 32;
    private static final int BLOCK = 64;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** The first port that the kernel gives out by itself, unless it is configured otherwise. */
    private static final int USUALLY_EPHEMERAL = 32_768;

    private static @Nullable Reservation block;
    private static int taken;

    private Ports() {}

    /** A port of which this process was not told before, unless it asked for more than there are, and which nobody has bound. */
    static synchronized int take() throws IOException {
        if (block == null) {
            block = Reservation.of("ports", BLOCKS);
        }
        int first = end() - BLOCK * (1 + block.number());
        for (int tried = 0; tried < BLOCK; tried++) {
            int port = first + taken++ % BLOCK;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("All ports from " + first + " to " + (first + BLOCK - 1) + " are bound");
    }

    private static int end() throws IOException {
        int ephemeral = Files.isReadable(EPHEMERAL)
                ? Integer.parseInt(Files.readString(EPHEMERAL).strip().split("\\s+", -1)[0])
                : USUALLY_EPHEMERAL;
        // Where it gives out nearly all of them, none are safe from it.
        return ephemeral < 1024 + BLOCKS * BLOCK ? USUALLY_EPHEMERAL : Math.min(ephemeral, USUALLY_EPHEMERAL);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException bound) {
            return false;
        }
    }
}
