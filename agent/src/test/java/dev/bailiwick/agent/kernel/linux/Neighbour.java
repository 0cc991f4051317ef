package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A jail that answers on TCP and forks for each request as an ordinary server does, with its client. */
final class Neighbour implements AutoCloseable {

    private static final int REQUESTS = 200;
    private static final int PATIENCE_MILLIS = 60_000;
    private static final String SERVER = """
            use IO::Socket::INET;
            $| = 1; $SIG{CHLD} = 'IGNORE';
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 80, Listen => 50) or die $!;
            print "listening\\n";
            while (my $client = $server->accept) {
                my $child = fork;
                if (!defined $child) { print $client "no fork: $!\\n"; close $client; next; }
                if ($child == 0) { print $client "hello\\n"; close $client; exit; }
                close $client;
            }
            """;

    private final TestHost host;
    private final JailId id;
    private final InetSocketAddress address;

    Neighbour(TestHost host) throws IOException {
        this.host = host;
        this.id = host.newId();
        JailDefinition definition = host.definition("neighbour", "/usr/bin/perl", "-e", SERVER);
        this.address =
                new InetSocketAddress(definition.addresses().v4().orElseThrow().value(), 80);
        host.start(id, definition);
        host.awaitLog(id, "listening");
    }

    JailId id() {
        return id;
    }

    /** Measures the time from connecting to the complete answer, one request after another. */
    Latency measure() throws IOException {
        return measure(REQUESTS);
    }

    Latency measure(int requests) throws IOException {
        long[] nanos = new long[requests];
        for (int i = 0; i < requests; i++) {
            long begin = System.nanoTime();
            try (Socket socket = new Socket()) {
                socket.connect(address, PATIENCE_MILLIS);
                socket.setSoTimeout(PATIENCE_MILLIS);
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!answer.equals("hello\n")) {
                    throw new AssertionError("the neighbour answered " + answer);
                }
            }
            nanos[i] = System.nanoTime() - begin;
        }
        return Latency.of(nanos);
    }

    @Override
    public void close() {
        host.kernel.kill(id);
    }
}
