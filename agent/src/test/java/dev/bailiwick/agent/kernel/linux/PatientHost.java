package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.time.Duration;

/** Runs jobs that take longer than tests usually wait, even on a busy machine. */
public final class PatientHost {

    private PatientHost() {}

    /** Returns the output of a jail that ends by itself. */
    public static String outputOf(TestHost host, JailDefinition definition, Duration patience)
            throws IOException, InterruptedException {
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitEnd(patience);
        host.kernel.release(id);
        return host.logOf(id);
    }
}
