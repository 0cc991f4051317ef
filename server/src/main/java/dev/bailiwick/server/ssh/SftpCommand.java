package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.file.JailFileWork;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.util.Optional;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** The files of a jail for a client of SFTP, whose requests are answered in their order. */
final class SftpCommand extends StreamedCommand {

    private static final int FAILED = 255;

    private final JailNames names;
    private final JailFileWork work;

    SftpCommand(JailNames names, JailFileWork work) {
        this.names = names;
        this.work = work;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        Connection connection = Connection.of(channel.getSession());
        Thread.ofVirtual().name("ssh-files").start(() -> run(connection));
    }

    private void run(Connection connection) {
        try {
            Caller caller = connection.caller();
            serve(new SftpSession(new SftpFiles(
                    work, caller, names.find(caller, connection.login().jail()))));
            exit(0);
        } catch (NotPossible e) {
            fail(e.sentence(), FAILED);
        } catch (Failure e) {
            fail(e.detail(), FAILED);
        } catch (DataAccessException | TransactionException e) {
            fail("The database cannot be reached. Try again later.", FAILED);
        } catch (BufferException e) {
            fail("A request is malformed.", FAILED);
        } catch (IOException theClientHasLeft) {
            exit(FAILED);
        }
    }

    private void serve(SftpSession session) throws IOException {
        try {
            Optional<Buffer> next = SftpPackets.read(input());
            while (next.isPresent()) {
                write(SftpPackets.framed(session.answer(next.get())));
                next = SftpPackets.read(input());
            }
        } finally {
            session.end();
        }
    }

    /** The client has gone: its input ends, and so does the thread. */
    @Override
    public void destroy(ChannelSession channel) {}
}
