package dev.bailiwick.server.account.session;

import dev.bailiwick.server.secret.SealingKey;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Keeps the sessions of signed-in users in PostgreSQL, for all replicas. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@EnableJdbcHttpSession(
        tableName = "web_session",
        maxInactiveIntervalInSeconds = 12 * 60 * 60,
        // {@link Expiry} removes expired sessions instead, on one replica.
        cleanupCron = Scheduled.CRON_DISABLED)
class SessionConfiguration {

    @Bean
    CookieSerializer sessionCookies(SealingKey key) {
        return new SessionCookies(key.signer("session cookie"));
    }

    /**
     * The transactions of this application, for sessions too, which ask for them by this name: sessions that are read in a transaction join
     * it. They would begin another one, and a thread has one connection at a time.
     */
    @Bean("springSessionTransactionOperations")
    TransactionTemplate transactions(PlatformTransactionManager manager) {
        return new TransactionTemplate(manager);
    }

    @Bean
    @Primary
    WebSessions webSessions(JdbcIndexedSessionRepository stored) {
        return new WebSessions(stored);
    }

    /** Removes expired sessions. */
    @Component
    @ConditionalOnWebApplication
    static class Expiry {

        private final JdbcIndexedSessionRepository stored;

        Expiry(JdbcIndexedSessionRepository stored) {
            this.stored = stored;
        }

        @Scheduled(fixedDelayString = "PT5M", initialDelayString = "PT1M")
        @SchedulerLock(name = "remove-expired-sessions", lockAtMostFor = "PT5M")
        void removeExpired() {
            stored.cleanUpExpiredSessions();
        }
    }
}
