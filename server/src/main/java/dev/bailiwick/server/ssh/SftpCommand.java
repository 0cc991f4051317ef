package dev.bailiwick.server.ssh;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.file.JailFileWork;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.Environment;
import org.jspecify.annotations.Nullable;

/** The files of a jail for a client of SFTP, whose requests are answered in their order. */
final class SftpCommand extends StreamedCommand {

    private final JailNames names;
    private final JailFileWork work;
    private @Nullable SftpSession session;

    SftpCommand(Executor threads, JailNames names, JailFileWork work) {
        super(threads);
        this.names = names;
        this.work = work;
    }

    @Override
    int runToItsEnd(Connection connection, Environment environment) throws NotPossible, IOException {
        Caller caller = connection.caller();
        requireClient();
        SftpSession opened = new SftpSession(new SftpFiles(
                work, caller, names.find(caller, connection.login().jail())));
        session = opened;
        Optional<Buffer> next = SftpPackets.read(input());
        while (next.isPresent()) {
            write(SftpPackets.framed(opened.answer(next.get())));
            next = SftpPackets.read(input());
        }
        return 0;
    }

    @Override
    void end() {
        if (session != null) {
            session.end();
        }
    }
}
