package dev.bailiwick.server.account.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;

/** The sessions in the database, of which a use is written down once a minute at most: each request would otherwise cost a write. */
final class WebSessions implements SessionRepository<WebSessions.Used> {

    static final Duration USE_PRECISION = Duration.ofMinutes(1);

    private final SessionRepository<Session> stored;

    /** Gives it back no sessions but its own. */
    @SuppressWarnings("unchecked")
    WebSessions(SessionRepository<? extends Session> stored) {
        this.stored = (SessionRepository<Session>) stored;
    }

    @Override
    public Used createSession() {
        return new Used(stored.createSession());
    }

    /** A session of nobody is not kept, and the schema would not have it. */
    @Override
    public void save(Used session) {
        if (session.getAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME) != null) {
            stored.save(session.stored);
        }
    }

    @Override
    public @Nullable Used findById(String id) {
        Session found = stored.findById(id);
        return found == null ? null : new Used(found);
    }

    @Override
    public void deleteById(String id) {
        stored.deleteById(id);
    }

    /** One of them, in a request. */
    static final class Used implements Session {

        private final Session stored;

        Used(Session stored) {
            this.stored = stored;
        }

        @Override
        public void setLastAccessedTime(Instant now) {
            if (!stored.getLastAccessedTime().plus(USE_PRECISION).isAfter(now)) {
                stored.setLastAccessedTime(now);
            }
        }

        @Override
        public String getId() {
            return stored.getId();
        }

        @Override
        public String changeSessionId() {
            return stored.changeSessionId();
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // As the interface has it.
        public <T> @Nullable T getAttribute(String name) {
            return stored.getAttribute(name);
        }

        @Override
        public Set<String> getAttributeNames() {
            return stored.getAttributeNames();
        }

        @Override
        public void setAttribute(String name, Object value) {
            stored.setAttribute(name, value);
        }

        @Override
        public void removeAttribute(String name) {
            stored.removeAttribute(name);
        }

        @Override
        public Instant getCreationTime() {
            return stored.getCreationTime();
        }

        @Override
        public Instant getLastAccessedTime() {
            return stored.getLastAccessedTime();
        }

        @Override
        public void setMaxInactiveInterval(Duration interval) {
            stored.setMaxInactiveInterval(interval);
        }

        @Override
        public Duration getMaxInactiveInterval() {
            return stored.getMaxInactiveInterval();
        }

        @Override
        public boolean isExpired() {
            return stored.isExpired();
        }
    }
}
