package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.time.Duration;

/** Runs what takes longer than a test usually waits, on a machine that does other things too. */
public final class PatientHost {

    private PatientHost() {}

    /** What a jail wrote until it ended by itself. */
    public static String outputOf(TestHost host, JailDefinition definition, Duration patience)
            throws IOException, InterruptedException {
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitEnd(patience);
        host.kernel.release(id);
        return host.logOf(id);
    }
}
