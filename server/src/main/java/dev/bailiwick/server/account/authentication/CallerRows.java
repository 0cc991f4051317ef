package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.database.CallerAccess;
import dev.bailiwick.server.database.RowAccess;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Gives the statements of a request access to the rows of its caller. */
@Component
class CallerRows implements CallerAccess {

    @Override
    public RowAccess current() {
        // To find out who the caller is may itself take a statement, which asks again.
        Authentication known = RowAccess.nothing()
                .call(() -> SecurityContextHolder.getContext().getAuthentication());
        return known != null && known.getPrincipal() instanceof Caller caller ? caller.rows() : RowAccess.nothing();
    }
}
