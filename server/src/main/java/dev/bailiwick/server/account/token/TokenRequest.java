package dev.bailiwick.server.account.token;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for a new token.
 *
 * @param name its purpose, 1 to 100 characters
 * @param description more about it, 1 to 1,000 characters; null for nothing
 * @param networks from where it is accepted, at most {@link #MAX_NETWORKS}; empty for everywhere
 * @param expiresAt when it stops working; null for never
 */
public record TokenRequest(
        String name,
        @Nullable String description,
        Set<Scope> scopes,
        List<Network> networks,
        @Nullable Instant expiresAt) {

    /** The maximum number of networks of a token: all of them are compared with each request. */
    static final int MAX_NETWORKS = 32;

    private static final int MAX_NAME = 100;
    private static final int MAX_DESCRIPTION = 1000;

    /** @throws InvalidRequest naming the invalid fields */
    public TokenRequest {
        List<Violation> violations = new ArrayList<>();
        check(name, description, scopes, networks.size(), violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        scopes = Set.copyOf(scopes);
        networks = networks.stream().distinct().toList();
    }

    /** A request for a token that is accepted from everywhere. */
    public TokenRequest(String name, Set<Scope> scopes, @Nullable Instant expiresAt) {
        this(name, null, scopes, List.of(), expiresAt);
    }

    /**
     * Reads a request as it was sent or typed.
     *
     * @param networks each an address, or an address, a slash and a prefix length
     * @param violations what is wrong with the other fields; more is added
     * @throws InvalidRequest naming all invalid fields
     */
    public static TokenRequest read(
            @Nullable String name,
            @Nullable String description,
            @Nullable Set<Scope> scopes,
            List<? extends @Nullable String> networks,
            @Nullable Instant expiresAt,
            List<Violation> violations) {
        check(name, description, scopes, networks.size(), violations);
        List<Network> limits = new ArrayList<>();
        for (int index = 0; index < Math.min(networks.size(), MAX_NETWORKS); index++) {
            String text = networks.get(index);
            try {
                limits.add(Network.parse(text == null ? "" : text));
            } catch (InvalidValue e) {
                violations.add(new Violation("/networks/" + index, e.reason()));
            }
        }
        if (name == null || scopes == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new TokenRequest(name, description, scopes, limits, expiresAt);
    }

    private static void check(
            @Nullable String name,
            @Nullable String description,
            @Nullable Set<Scope> scopes,
            int networks,
            List<Violation> violations) {
        FreeText.check("/name", name, MAX_NAME, violations);
        if (description != null) {
            FreeText.check("/description", description, MAX_DESCRIPTION, violations);
        }
        if (scopes == null || scopes.isEmpty()) {
            violations.add(new Violation("/scopes", "must name at least one scope"));
        }
        if (networks > MAX_NETWORKS) {
            violations.add(new Violation("/networks", "must be at most " + MAX_NETWORKS));
        }
    }
}
