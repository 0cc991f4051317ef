package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Scope;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A caller as an authentication of Spring Security, with its scopes as authorities, and whether it is staff. */
public final class CallerAuthentication extends AbstractAuthenticationToken {

    /** The authority of everybody who works for the installation, and of everybody else. */
    private static final String STAFF = "ROLE_STAFF";

    private static final String CUSTOMER = "ROLE_CUSTOMER";

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;
    private final transient Factors factors;
    private final transient Optional<IdentityId> identity;

    /** The caller of a token, or one who has shown nothing lately. */
    public CallerAuthentication(Caller caller) {
        this(caller, Factors.NONE);
    }

    /** @param factors what the caller has shown */
    public CallerAuthentication(Caller caller, Factors factors) {
        this(caller, factors, Optional.empty());
    }

    /** @param identity the account at a provider by which the caller has signed in; empty if they signed in otherwise */
    public CallerAuthentication(Caller caller, Factors factors, Optional<IdentityId> identity) {
        super(authorities(caller, factors));
        this.caller = caller;
        this.factors = factors;
        this.identity = identity;
        setAuthenticated(true);
    }

    /** Returns what the caller has shown to sign in, and since. */
    public Factors factors() {
        return factors;
    }

    Optional<IdentityId> identity() {
        return identity;
    }

    private static Collection<? extends GrantedAuthority> authorities(Caller caller, Factors factors) {
        Stream<GrantedAuthority> granted = Stream.concat(
                        Stream.of(caller.role().isStaff() ? STAFF : CUSTOMER),
                        caller.scopes().stream().map(Scope::toString))
                .map(SimpleGrantedAuthority::new);
        Stream<GrantedAuthority> shown = factors.times().entrySet().stream()
                .map(factor -> FactorGrantedAuthority.withAuthority(
                                factor.getKey().authority())
                        .issuedAt(factor.getValue())
                        .build());
        return Stream.concat(granted, shown).toList();
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
