package dev.bailiwick.server.ssh;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.net.InetAddress;
import java.util.Optional;
import java.util.stream.Collectors;

/** A port in a played jail: it says to which addresses it was connected, then its input again. */
final class PlayedPort {

    /** Nothing listens on this one. */
    static final int CLOSED = 81;

    /** The jail resets the connections to this one. */
    static final int RESETTING = 82;

    private PlayedPort() {}

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
            Optional<ByteString> next = stream.receive();
            while (next.isPresent()) {
                stream.send(next.get());
                next = stream.receive();
            }
            stream.send(ByteString.copyFromUtf8("end"));
            stream.end();
            stream.close();
        } catch (StreamClosed itsEnd) {
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
