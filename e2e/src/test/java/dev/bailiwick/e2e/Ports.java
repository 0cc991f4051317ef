package dev.bailiwick.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Chooses ports for the programs under test, which bind them later. The ports are below those that the kernel chooses for connections,
 * so that no connection takes one meanwhile, and in a block that no other test run has.
 */
final class Ports {

    private static final int BLOCKS = 32;
    private static final int BLOCK = 64;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** The kernel's default for the first port of connections. */
    private static final int USUALLY_EPHEMERAL = 32_768;

    private static @Nullable Reservation block;
    private static int taken;

    private Ports() {}

    /** Returns a port that no program has bound. It returns a port again only after all others of the block. */
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
        // If the kernel uses nearly all ports for connections, no block is safe.
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
