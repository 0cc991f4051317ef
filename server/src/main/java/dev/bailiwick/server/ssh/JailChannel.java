package dev.bailiwick.server.ssh;

import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;

/** A channel for one command, which takes only variables of the language from the client. */
final class JailChannel extends ChannelSession {

    private static final Pattern LANGUAGE = Pattern.compile("LANG|LC_[A-Z]{1,16}");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.@:-]{0,100}");
    private static final int MAX_VARIABLES = 32;

    /** Creates one for each channel. */
    static final class Factory extends ChannelSessionFactory {
        @Override
        public Channel createChannel(Session session) {
            return new JailChannel();
        }
    }

    static boolean isOfLanguage(String name) {
        return LANGUAGE.matcher(name).matches();
    }

    /** The library would keep what comes before there is a command that reads it. */
    @Override
    protected void doWriteData(byte[] data, int offset, long length) throws IOException {
        if (receiver != null) {
            super.doWriteData(data, offset, length);
        }
    }

    /** The client has closed the channel, and takes no more. The library would wait until it has taken what is left. */
    @Override
    public void handleClose() throws IOException {
        super.handleClose();
        if (asyncOut != null && asyncErr != null) {
            var _ = asyncOut.close(true);
            var _ = asyncErr.close(true);
        }
    }

    @Override
    protected RequestHandler.Result handleEnvParsed(String name, String value) throws IOException {
        return isOfLanguage(name)
                        && VALUE.matcher(value).matches()
                        && getEnvironment().getEnv().size() < MAX_VARIABLES
                ? super.handleEnvParsed(name, value)
                : RequestHandler.Result.ReplyFailure;
    }
}
