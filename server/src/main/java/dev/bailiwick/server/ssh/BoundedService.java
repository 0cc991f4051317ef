package dev.bailiwick.server.ssh;

import dev.bailiwick.server.bounds.Bound;
import java.io.IOException;
import java.util.Set;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.AbstractServerSession;
import org.apache.sshd.server.session.ServerConnectionService;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;

/** The channels of a client. One too many is refused, where the library would end the connection with all others. */
final class BoundedService extends ServerConnectionService {

    /** How many channels a connection has at a time. */
    static final int MAX_CHANNELS = Bound.SSH_CHANNELS.value() + Bound.FORWARDS_OF_A_USER.value();

    private static final Set<String> TYPES = Set.of("session", PortChannel.TYPE);

    /** Creates one for each connection. */
    static final class Factory extends ServerConnectionServiceFactory {
        @Override
        public Service create(Session session) throws IOException {
            return new BoundedService((AbstractServerSession) session);
        }
    }

    private BoundedService(AbstractServerSession session) throws SshException {
        super(session);
    }

    @Override
    protected void channelOpen(Buffer request) throws Exception {
        int begin = request.rpos();
        String type = request.getString();
        if (!TYPES.contains(type)) {
            // The library would send the type back, however long it is.
            refuse(request, SshConstants.SSH_OPEN_UNKNOWN_CHANNEL_TYPE, "There are no channels of this type.");
        } else if (getChannels().size() >= MAX_CHANNELS) {
            refuse(request, SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, "There are too many channels on this connection.");
        } else {
            request.rpos(begin);
            super.channelOpen(request);
        }
    }

    private void refuse(Buffer request, int reason, String sentence) throws IOException {
        var _ = sendChannelOpenFailure(request, request.getUInt(), reason, sentence, "");
    }
}
