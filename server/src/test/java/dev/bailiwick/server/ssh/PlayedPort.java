package dev.bailiwick.server.ssh;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A port in a played jail: it says to which addresses it was connected, then its input again. */
public final class PlayedPort {

    /** Says its input again. */
    public static final int OPEN = 80;

    /** Nothing listens on this one. */
    public static final int CLOSED = 81;

    /** The jail resets the connections to this one. */
    public static final int RESETTING = 82;

    /** Sends without end, and takes nothing. */
    public static final int ENDLESS = 83;

    private static final ByteString SOME = ByteString.copyFrom(new byte[32 << 10]);
    private static final AtomicLong SENT = new AtomicLong();
    private static final AtomicInteger ENDED = new AtomicInteger();

    private PlayedPort() {}

    /** Returns how many bytes all endless ones have sent. */
    public static long endless() {
        return SENT.get();
    }

    /** Returns how many connections to endless ones have ended. */
    public static int ended() {
        return ENDED.get();
    }

    static void play(StreamRequest.Forward request, ByteStream stream) {
        try {
            if (request.port() == CLOSED) {
                stream.close("refused", "nothing listens");
            }
            stream.send(ByteString.EMPTY);
            stream.send(ByteString.copyFromUtf8(request.addresses().stream()
                            .map(InetAddress::getHostAddress)
                            .collect(Collectors.joining(" "))
                    + "\n"));
            if (request.port() == RESETTING) {
                stream.close("reset", "the jail has reset it");
            }
            while (request.port() == ENDLESS) {
                stream.send(SOME);
                SENT.addAndGet(SOME.size());
            }
            Optional<ByteString> next = stream.receive();
            while (next.isPresent()) {
                stream.send(next.get());
                next = stream.receive();
            }
            stream.send(ByteString.copyFromUtf8("end"));
            stream.end();
            stream.close();
        } catch (StreamClosed itsEnd) {
            if (request.port() == ENDLESS) {
                ENDED.incrementAndGet();
            }
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
