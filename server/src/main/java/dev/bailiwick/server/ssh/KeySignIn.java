package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.signin.ssh.SshSignIns;
import dev.bailiwick.server.account.signin.ssh.SshSignIns.Shown;
import java.security.PublicKey;
import java.util.Optional;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;

/** Says whether a user has a public key. It is asked before the signature is verified, and once more with it. */
final class KeySignIn implements PublickeyAuthenticator {

    private final SshSignIns signIns;

    KeySignIn(SshSignIns signIns) {
        this.signIns = signIns;
    }

    @Override
    public boolean authenticate(String username, PublicKey key, ServerSession session) {
        Connection connection = Connection.of(session);
        if (!connection.mayTryKeys()) {
            return false;
        }
        Optional<Shown> shown =
                connection.attempt(() -> signIns.byKey(SshLogin.parse(username).user(), blob(key)));
        shown.ifPresent(connection::shown);
        return shown.isPresent();
    }

    /** Returns the key in the wire format. That of a certificate is never the same as that of a key. */
    private static byte[] blob(PublicKey key) {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key);
        return buffer.getCompactData();
    }
}
