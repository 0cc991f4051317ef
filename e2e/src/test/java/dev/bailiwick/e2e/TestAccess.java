package dev.bailiwick.e2e;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.database.CallerAccess;
import dev.bailiwick.server.database.RowAccess;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Gives the threads of a test access to all rows of a server in the same process; its requests keep the access of their callers. */
final class TestAccess {

    private TestAccess() {}

    /** An initializer of the server's context. */
    static void install(ConfigurableApplicationContext context) {
        ((GenericApplicationContext) context)
                .registerBean(
                        "testAccess",
                        CallerAccess.class,
                        () -> TestAccess::current,
                        definition -> definition.setPrimary(true));
    }

    private static RowAccess current() {
        if (!Thread.currentThread().getName().startsWith("tomcat-handler-")) {
            return RowAccess.everything();
        }
        Authentication known = RowAccess.nothing()
                .call(() -> SecurityContextHolder.getContext().getAuthentication());
        return known != null && known.getPrincipal() instanceof Caller caller ? caller.rows() : RowAccess.nothing();
    }
}
