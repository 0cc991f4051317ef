package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.JailConsoles;
import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.ExecId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The terminals of the inits of this host's jails. */
final class InitSessions implements JailConsoles.Listener {

    private static final Logger log = LoggerFactory.getLogger(InitSessions.class);

    private final Path directory;
    private final Clock clock;
    private final ScheduledExecutorService later;
    private final Map<JailId, InitSession> all = new ConcurrentHashMap<>();

    /** @param directory contains what inits have written last */
    InitSessions(Path directory, Clock clock, ScheduledExecutorService later) {
        this.directory = directory;
        this.clock = clock;
        this.later = later;
    }

    @Override
    public JailConsoles.Output opened(JailId jail, ProgramInput input, TerminalSize size) {
        OutputRing ring;
        try {
            ring = new OutputRing(directory.resolve(ExecId.random().toString()));
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("nobody can attach to the terminal of the init: {}", e.toString());
            return JailConsoles.Output.NONE;
        }
        InitSession session = new InitSession(jail, input, size, ring, clock, later, all::remove);
        all.put(jail, session);
        return session;
    }

    Optional<InitSession> of(JailId jail) {
        return Optional.ofNullable(all.get(jail));
    }

    Optional<InitSession> find(JailId jail, ExecId id) {
        return of(jail).filter(session -> session.id().equals(id));
    }

    Collection<InitSession> all() {
        return all.values();
    }
}
