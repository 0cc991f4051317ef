package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.signin.ssh.SshSignIns;
import dev.bailiwick.server.account.signin.ssh.SshSignIns.Shown;
import java.io.IOException;
import java.util.Optional;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.auth.UserAuthMethodFactory;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.auth.AbstractUserAuth;
import org.apache.sshd.server.auth.AbstractUserAuthFactory;
import org.apache.sshd.server.auth.UserAuth;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/** Asks for the password, and then for a code if the user has a second factor (RFC 4256). */
final class PasswordSignIn extends AbstractUserAuth {

    private static final String NAME = UserAuthMethodFactory.KB_INTERACTIVE;

    private final SshSignIns signIns;
    /** Who has shown the right password, and needs a code. */
    private @Nullable Shown first;

    private PasswordSignIn(SshSignIns signIns) {
        super(NAME);
        this.signIns = signIns;
    }

    /** Creates one for each attempt. */
    static final class Factory extends AbstractUserAuthFactory {

        private final SshSignIns signIns;

        Factory(SshSignIns signIns) {
            super(NAME);
            this.signIns = signIns;
        }

        @Override
        public UserAuth createUserAuth(ServerSession session) {
            return new PasswordSignIn(signIns);
        }
    }

    /** Returns whether the client has signed in; null if it is asked for more. */
    @Override
    protected @Nullable Boolean doAuth(Buffer buffer, boolean init) throws IOException {
        if (init) {
            return ask("Password: ");
        }
        Connection connection = Connection.of(getServerSession());
        String answer = answer(buffer);
        Shown before = first;
        Optional<Shown> shown = connection.attempt(() -> before == null
                ? signIns.byPassword(SshLogin.parse(getUsername()).user(), answer, connection.origin())
                : signIns.byCode(before, answer, connection.origin()));
        if (shown.isEmpty()) {
            return false;
        }
        if (shown.get().needsCode()) {
            first = shown.get();
            return ask("Code of your authenticator, or a recovery code: ");
        }
        connection.shown(shown.get());
        return true;
    }

    /** Asks for one answer, which the client does not show. */
    private @Nullable Boolean ask(String prompt) throws IOException {
        Buffer request = getServerSession().createBuffer(SshConstants.SSH_MSG_USERAUTH_INFO_REQUEST);
        request.putString("");
        request.putString("");
        request.putString("");
        request.putUInt(1);
        request.putString(prompt);
        request.putBoolean(false);
        getServerSession().writePacket(request);
        return null;
    }

    private static String answer(Buffer buffer) throws IOException {
        if (buffer.getUByte() != SshConstants.SSH_MSG_USERAUTH_INFO_RESPONSE || buffer.getUInt() != 1) {
            throw new IOException("the client must give one answer");
        }
        return buffer.getString();
    }
}
