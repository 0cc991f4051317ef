package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.identity.IdentityNotFound;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.identity.LinkedIdentities;
import dev.bailiwick.server.account.identity.LinkedIdentity;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.code.Proofs;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Purpose;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;

/** The accounts at providers that the caller has linked. The pages ask to confirm before a change; the API needs a {@link Proof}. */
@Service
@NamedInterface("signin")
public class OwnIdentities {

    private final LinkedIdentities identities;
    private final Providers providers;
    private final ProviderRequests requests;
    private final Proofs proofs;

    OwnIdentities(LinkedIdentities identities, Providers providers, ProviderRequests requests, Proofs proofs) {
        this.identities = identities;
        this.providers = providers;
        this.requests = requests;
        this.proofs = proofs;
    }

    /**
     * A provider at which the caller has linked no account.
     *
     * @param name its name for people
     */
    public record Linkable(String id, String name) {}

    /** Lists the accounts that the caller has linked, the oldest first. */
    public List<LinkedIdentity> list(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        return identities.list(caller.user());
    }

    /** Lists the providers at which the caller can link an account; none for staff. */
    public List<Linkable> linkable(Caller caller) {
        caller.require(Scope.TOKENS_READ);
        if (caller.role().isStaff()) {
            return List.of();
        }
        Set<String> linked = identities.list(caller.user()).stream()
                .map(LinkedIdentity::issuer)
                .collect(Collectors.toSet());
        return providers.all().stream()
                .filter(provider -> !linked.contains(provider.issuer()))
                .map(provider -> new Linkable(provider.id(), provider.name()))
                .toList();
    }

    /**
     * Begins to link an account at a provider, in the session of the request, which asks its user again.
     *
     * @return the URL at the provider to which the browser has to go
     * @throws InvalidRequest naming {@code /provider} if there is no such provider, or the caller is staff
     * @throws ProviderUnusable if it cannot be reached
     */
    public String begin(Caller caller, String provider, HttpServletRequest request, HttpServletResponse response) {
        caller.require(Scope.TOKENS_WRITE);
        if (caller.role().isStaff()) {
            throw new InvalidRequest("/provider", "is not possible: staff links no account");
        }
        return requests.begin(provider, Purpose.LINK, request, response);
    }

    /**
     * Removes a link, and ends the sessions that began by it.
     *
     * @throws IdentityNotFound if the caller has no such link
     * @throws LastWayIn if the caller would have no way to sign in any more
     */
    public void remove(Caller caller, IdentityId id) {
        caller.require(Scope.TOKENS_WRITE);
        identities.remove(caller, id);
    }

    /**
     * As {@link #remove(Caller, IdentityId)}, with a proof.
     *
     * @throws InvalidRequest naming what of the proof is wrong
     */
    void remove(Caller caller, IdentityId id, Proof proof, HttpServletRequest request) {
        proofs.given(caller, proof, request, () -> {
            identities.remove(caller, id);
            return id;
        });
    }
}
