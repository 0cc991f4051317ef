package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The events of jails that exist; those of removed ones have {@link RemovedJails}. */
@Service
public class JailHistory {

    private static final int MAX_EVENTS = 200;

    private final Jails jails;
    private final Audit audit;

    JailHistory(Jails jails, Audit audit) {
        this.jails = jails;
        this.audit = audit;
    }

    /**
     * Returns the events of a jail, the latest first, at most {@value #MAX_EVENTS}. All but staff see those of the time in which the jail was its
     * customer's.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     */
    @Transactional(readOnly = true)
    public List<AuditEvent> of(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        return caller.seesInstallation()
                ? audit.latest("jail", id.toString(), MAX_EVENTS)
                : audit.latest("jail", id.toString(), jail.customer().value(), MAX_EVENTS);
    }
}
