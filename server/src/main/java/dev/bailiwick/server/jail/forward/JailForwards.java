package dev.bailiwick.server.jail.forward;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.HostUnreachable;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.command.JailNotRunning;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Connects people to ports in running jails. Whoever may run commands in a jail could do the same with one of them. */
@Service
public class JailForwards {

    private static final int MAX_TARGET = 64;

    private final JailActions actions;
    private final HostStreams streams;
    private final Audit audit;
    private final ForwardBound bound = new ForwardBound();

    JailForwards(JailActions actions, HostStreams streams, Audit audit) {
        this.actions = actions;
        this.streams = streams;
        this.audit = audit;
    }

    /**
     * A connection that is allowed, and has not begun.
     *
     * @param target as the caller has given it
     */
    public record Prepared(HostId host, String target, StreamRequest.Forward request) {}

    /** A connection. Its messages are bytes, and each of its directions has an end. */
    public static final class Connected implements AutoCloseable {

        private final ByteStream stream;
        private final Prepared prepared;
        private final Runnable leave;

        private Connected(ByteStream stream, Prepared prepared, Runnable leave) {
            this.stream = stream;
            this.prepared = prepared;
            this.leave = leave;
        }

        public ByteStream stream() {
            return stream;
        }

        /**
         * Waits until the port has accepted.
         *
         * @throws PortNotReached if nothing listens on it
         * @throws JailNotRunning if the jail does not run
         * @throws HostUnreachable if its host cannot connect to it
         */
        public void awaitAccepted() throws InterruptedException {
            try {
                if (stream.receive().filter(ByteString::isEmpty).isEmpty()) {
                    throw new HostUnreachable("it does not say whether the port has accepted");
                }
            } catch (StreamClosed e) {
                throw failure(e);
            }
        }

        private Failure failure(StreamClosed end) {
            return switch (end.reason()) {
                case "refused", "unreachable" ->
                    new PortNotReached(prepared.request().port());
                case "gone" -> new JailNotRunning(prepared.request().jail());
                default -> new HostUnreachable(end.detail().isEmpty() ? end.reason() : end.detail());
            };
        }

        @Override
        public void close() {
            stream.close();
            leave.run();
        }
    }

    /**
     * Says whether the caller may connect to a port.
     *
     * @param target {@code localhost}, 127.0.0.1, ::1, an address of the jail, or its hostname
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if there is no such jail that the caller may see
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail
     * @throws TargetNotOfJail if the target is not the jail
     * @throws dev.bailiwick.jail.validation.InvalidValue if there is no such port
     * @throws JailNotRunning if the jail does not run
     * @throws HostUnreachable if its host is not connected
     */
    @Transactional(readOnly = true)
    public Prepared prepare(Caller caller, JailId id, String target, int port) {
        JailView jail = actions.require(caller, Right.CONSOLE, id);
        StreamRequest.Forward request =
                new StreamRequest.Forward(id, ForwardTarget.addresses(jail.definition(), target), port);
        if (jail.status().phase().isEmpty()) {
            throw new HostUnreachable("it is not connected");
        }
        if (!jail.running()) {
            throw new JailNotRunning(id);
        }
        return new Prepared(jail.host(), PlainText.truncate(target, MAX_TARGET), request);
    }

    /**
     * Has the host connect. The caller closes the connection. Must not be called in a transaction.
     *
     * @throws TooManyForwards if the user or the jail has too many
     * @throws HostUnreachable if the host is not connected, or carries too many streams
     */
    public Connected connect(Caller caller, Prepared prepared) {
        return connect(prepared, reserve(caller, prepared));
    }

    /**
     * Takes the place of a connection.
     *
     * @return gives it back; does nothing the second time
     * @throws TooManyForwards if the user or the jail has too many
     */
    Runnable reserve(Caller caller, Prepared prepared) {
        return bound.begin(caller.user(), prepared.request().jail());
    }

    /** Has the host connect, in this place, as {@link #connect(Caller, Prepared)} does. */
    Connected connect(Prepared prepared, Runnable leave) {
        try {
            return new Connected(streams.open(prepared.host(), prepared.request()), prepared, leave);
        } catch (RuntimeException e) {
            leave.run();
            throw e;
        }
    }

    /**
     * Records that a port has accepted.
     *
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not work in the jail any more
     */
    @Transactional
    public void record(Caller caller, Prepared prepared) {
        JailView jail =
                actions.require(caller, Right.CONSOLE, prepared.request().jail());
        audit.record(
                caller.actor(),
                Subject.of("jail", jail.id()).visibleTo(jail.customer().value()),
                new ForwardEvent.Opened(prepared.target(), prepared.request().port()));
    }
}
