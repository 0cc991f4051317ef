package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Role;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which roles people have who sign in at a provider.
 *
 * @param claim the claim with the values that lead to roles: a text, or a list of texts
 * @param roles the role of each value; other values lead to none
 */
@ConfigurationProperties("bailiwick.oidc")
record OidcProperties(
        @DefaultValue("groups") String claim, @DefaultValue Map<String, Role> roles) {

    OidcProperties {
        roles = new TreeMap<>(roles);
        roles.forEach((value, role) -> {
            if (!role.isStaff()) {
                throw new IllegalArgumentException("bailiwick.oidc.roles." + value
                        + " must be a role of the staff: owner, operator, support or billing");
            }
        });
    }

    /** Returns the highest role, by the order of {@link Role}, to which the claims lead; empty if they lead to none. */
    Optional<Role> role(Map<String, Object> claims) {
        return values(claims.get(claim)).stream()
                .flatMap(value -> Optional.ofNullable(roles.get(String.valueOf(value))).stream())
                .min(Role::compareTo);
    }

    private static Collection<?> values(@Nullable Object claim) {
        return switch (claim) {
            case null -> List.of();
            case Collection<?> several -> several;
            default -> List.of(claim);
        };
    }
}
