package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import java.util.Collection;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A caller as an authentication of Spring Security, with its role and scopes as authorities. */
public final class CallerAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;

    public CallerAuthentication(Caller caller) {
        super(authorities(caller));
        this.caller = caller;
        setAuthenticated(true);
    }

    private static Collection<? extends GrantedAuthority> authorities(Caller caller) {
        return Stream.concat(
                        Stream.of("ROLE_" + caller.role()),
                        caller.scopes().stream().map(Scope::toString))
                .map(SimpleGrantedAuthority::new)
                .toList();
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallerAuthentication that && caller.equals(that.caller);
    }

    @Override
    public int hashCode() {
        return caller.hashCode();
    }
}
