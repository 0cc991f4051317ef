package dev.bailiwick.protocol;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.v1.AttachOpening;
import dev.bailiwick.protocol.v1.ForwardOpening;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.StreamOpening;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/** Converts what streams are for to and from their openings. The name of a kind is that of its field in {@code StreamOpening}. */
public final class StreamWire {

    private static final int MAX_KINDS = 64;
    private static final int MAX_KIND = 64;

    private StreamWire() {}

    public static StreamOpening toWire(StreamRequest request) {
        StreamOpening.Builder wire =
                StreamOpening.newBuilder().setJailId(request.jail().toString());
        switch (request) {
            case StreamRequest.Attach attach ->
                wire.setAttach(AttachOpening.newBuilder()
                        .setSessionId(attach.session().toString())
                        .setOffset(attach.offset())
                        .setViewer(attach.viewer()));
            case StreamRequest.Forward forward ->
                wire.setForward(ForwardOpening.newBuilder()
                        .addAllAddresses(forward.addresses().stream()
                                .map(IpAddress::text)
                                .toList())
                        .setPort(forward.port()));
        }
        return wire.build();
    }

    /**
     * Reads an opening; returns empty if this version does not know its kind.
     *
     * @throws MalformedMessage if {@link #toWire} cannot have written it
     */
    public static Optional<StreamRequest> fromWire(StreamOpening wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        return switch (wire.getKindCase()) {
            case ATTACH ->
                Optional.of(new StreamRequest.Attach(
                        jail,
                        Field.read(
                                "session_id",
                                () -> ExecId.parse(wire.getAttach().getSessionId())),
                        Field.notNegative("offset", wire.getAttach().getOffset()),
                        Field.text("viewer", wire.getAttach().getViewer(), StreamRequest.MAX_VIEWER)));
            case FORWARD ->
                Optional.of(Field.read(
                        "forward",
                        () -> new StreamRequest.Forward(
                                jail,
                                wire.getForward().getAddressesList().stream()
                                        .map(StreamWire::literal)
                                        .toList(),
                                wire.getForward().getPort())));
            case KIND_NOT_SET -> Optional.empty();
        };
    }

    /** Reads an address; no name is looked up. */
    private static InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not an IPv4 or IPv6 address");
        }
    }

    /** Returns the kind of what a stream is for. */
    public static String kind(StreamRequest request) {
        FieldDescriptor field = StreamOpening.getDescriptor()
                .findFieldByNumber(toWire(request).getKindCase().getNumber());
        return field.getName();
    }

    /**
     * Returns the kinds of streams that an agent carries.
     *
     * @throws MalformedMessage if there are more than {@value #MAX_KINDS}, or a kind is too long
     */
    public static Set<String> kinds(Hello hello) {
        if (hello.getStreamsCount() > MAX_KINDS) {
            throw new MalformedMessage("streams names more than " + MAX_KINDS + " kinds of streams", null);
        }
        hello.getStreamsList().forEach(kind -> Field.text("streams", kind, MAX_KIND));
        return Set.copyOf(hello.getStreamsList());
    }
}
