package dev.bailiwick.agent.link.stream;

import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The kinds of streams that this host carries. */
public final class StreamKinds {

    private final Map<String, StreamKind<StreamRequest>> byName = new HashMap<>();

    /**
     * Adds a kind.
     *
     * @param name that of its field in the message {@code StreamOpening}
     */
    public <R extends StreamRequest> StreamKinds with(String name, Class<R> type, StreamKind<R> kind) {
        byName.put(name, (request, stream) -> kind.carry(type.cast(request), stream));
        return this;
    }

    /** Returns the names of the kinds. */
    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** @throws StreamRefused if there is no such kind, or the host does not carry the stream */
    void carry(String name, StreamRequest request, ByteStream stream) throws InterruptedException {
        StreamKind<StreamRequest> kind = byName.get(name);
        if (kind == null) {
            throw new StreamRefused("unsupported", "this host does not carry streams of the kind " + name);
        }
        kind.carry(request, stream);
    }
}
