package dev.bailiwick.server.account.passkey;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.identity.WaysIn;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.user.UserLocks;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorSelectionCriteria;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRpEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.ResidentKeyRequirement;
import org.springframework.security.web.webauthn.api.UserVerificationRequirement;
import org.springframework.security.web.webauthn.jackson.WebauthnJacksonModule;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialCreationOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialRequestOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutableRelyingPartyRegistrationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyAuthenticationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyPublicKey;
import org.springframework.security.web.webauthn.management.Webauthn4JRelyingPartyOperations;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The passkeys of users. A device shows one only after its owner has unlocked it, so that a passkey is something that a user has and
 * something that they know or are: it counts as both factors.
 */
@Service
public class Passkeys {

    /** The maximum number of passkeys of a user. */
    public static final int MAX = 20;

    private static final int MAX_JSON = 16_384;
    private static final TypeReference<PublicKeyCredential<AuthenticatorAttestationResponse>> CREATED =
            new TypeReference<>() {};
    private static final TypeReference<PublicKeyCredential<AuthenticatorAssertionResponse>> SHOWN =
            new TypeReference<>() {};

    private final JsonMapper json =
            JsonMapper.builder().addModule(new WebauthnJacksonModule()).build();
    private final JdbcClient jdbc;
    private final Users users;
    private final UserLocks locks;
    private final WaysIn ways;
    private final Audit audit;
    private final Notices notices;
    private final Clock clock;

    Passkeys(JdbcClient jdbc, Users users, UserLocks locks, WaysIn ways, Audit audit, Notices notices, Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.locks = locks;
        this.ways = ways;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** Lists the passkeys of the user, the oldest first. */
    @Transactional(readOnly = true)
    public List<Passkey> list(UserId user) {
        return jdbc.sql("SELECT * FROM passkey WHERE user_id = ? ORDER BY created_at, id")
                .param(user.value())
                .query((row, number) -> {
                    Timestamp used = row.getTimestamp("last_used_at");
                    return new Passkey(
                            row.getObject("id", UUID.class),
                            row.getString("name"),
                            row.getString("server_name"),
                            row.getTimestamp("created_at").toInstant(),
                            used == null ? null : used.toInstant());
                })
                .list();
    }

    /** Returns what a browser needs to create a passkey of the caller, as JSON. */
    @Transactional(readOnly = true)
    public String creationOptions(Caller caller, Site site, byte[] challenge) {
        return json.writeValueAsString(creation(caller, site, challenge));
    }

    /** Returns what a browser needs to show a passkey, of whichever user, as JSON. */
    public String requestOptions(Site site, byte[] challenge) {
        return json.writeValueAsString(request(site, challenge));
    }

    /**
     * Adds the passkey that the caller's browser has created.
     *
     * @param credential what the browser answered, as JSON
     * @param name 1 to 100 characters
     * @throws InvalidRequest if the name is invalid, or the caller has 20 passkeys
     * @throws PasskeyRefused if the answer is not one to this challenge and site
     */
    @Transactional
    public void add(Caller caller, String name, Site site, byte[] challenge, String credential) {
        String label = name.strip();
        if (label.isEmpty() || label.length() > 100 || !label.equals(label.replaceAll("\\p{Cntrl}", ""))) {
            throw new InvalidRequest("/name", "must have 1 to 100 characters");
        }
        // Two requests count one after the other.
        locks.lock(caller.user());
        if (list(caller.user()).size() >= MAX) {
            throw new InvalidRequest("/name", "is one too many: you have " + MAX + " passkeys");
        }
        verified(() -> operations(site, challenge)
                .registerCredential(new ImmutableRelyingPartyRegistrationRequest(
                        creation(caller, site, challenge),
                        new RelyingPartyPublicKey(json.readValue(bounded(credential), CREATED), label))));
        audit.record(caller.actor(), subject(caller), new AccountEvent.PasskeyAdded(label));
        notices.send(caller.user(), Notice.PASSKEY_ADDED, label);
    }

    /**
     * Signs in by a passkey. The challenge is used up.
     *
     * @param credential what the browser answered, as JSON
     * @param left how long the challenge would be valid
     * @throws PasskeyRefused if the answer is not one to this challenge and site, the challenge was used, or the user is disabled
     */
    @Transactional
    public Caller signIn(Site site, byte[] challenge, Duration left, String credential) {
        PublicKeyCredentialUserEntity user = verified(() -> operations(site, challenge)
                .authenticate(new RelyingPartyAuthenticationRequest(
                        request(site, challenge), json.readValue(bounded(credential), SHOWN))));
        use(challenge, left);
        return PasskeyRows.user(user.getId()).flatMap(users::inSession).orElseThrow(PasskeyRefused::new);
    }

    /** Expired challenges go at the same time, so that there are only as many rows as sign-ins in five minutes. */
    private void use(byte[] challenge, Duration left) {
        jdbc.sql("DELETE FROM used_challenge WHERE expires_at < ?")
                .param(Timestamp.from(clock.instant()))
                .update();
        int fresh = jdbc.sql("INSERT INTO used_challenge (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(
                        new Secret(new Bytes(challenge).toBase64UrlString()).hash(),
                        Timestamp.from(clock.instant().plus(left)))
                .update();
        if (fresh == 0) {
            throw new PasskeyRefused();
        }
    }

    /**
     * Removes a passkey of the caller.
     *
     * @throws PasskeyNotFound if the caller has no such passkey
     * @throws LastWayIn if the caller would have no way to sign in any more
     */
    @Transactional
    public void remove(Caller caller, UUID id) {
        locks.lock(caller.user());
        String name = jdbc.sql("DELETE FROM passkey WHERE id = ? AND user_id = ? RETURNING name")
                .params(id, caller.user().value())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new PasskeyNotFound(id));
        ways.requireAny(caller.user());
        audit.record(caller.actor(), subject(caller), new AccountEvent.PasskeyRemoved(name));
        notices.send(caller.user(), Notice.PASSKEY_REMOVED, name);
    }

    private PublicKeyCredentialCreationOptions creation(Caller caller, Site site, byte[] challenge) {
        return operations(site, challenge)
                .createPublicKeyCredentialCreationOptions(
                        new ImmutablePublicKeyCredentialCreationOptionsRequest(new CallerAuthentication(caller)));
    }

    private PublicKeyCredentialRequestOptions request(Site site, byte[] challenge) {
        return operations(site, challenge)
                .createCredentialRequestOptions(new ImmutablePublicKeyCredentialRequestOptionsRequest(null));
    }

    private Webauthn4JRelyingPartyOperations operations(Site site, byte[] challenge) {
        var operations = new Webauthn4JRelyingPartyOperations(
                new UserHandles(users, jdbc),
                new PasskeyRows(jdbc, site.name()),
                PublicKeyCredentialRpEntity.builder()
                        .id(site.name())
                        .name("Bailiwick")
                        .build(),
                Set.of(site.origin()));
        operations.setCustomizeCreationOptions(options -> options.challenge(new Bytes(challenge))
                .authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                        .residentKey(ResidentKeyRequirement.REQUIRED)
                        .userVerification(UserVerificationRequirement.REQUIRED)
                        .build()));
        operations.setCustomizeRequestOptions(options ->
                options.challenge(new Bytes(challenge)).userVerification(UserVerificationRequirement.REQUIRED));
        return operations;
    }

    private static String bounded(String credential) {
        if (credential.length() > MAX_JSON) {
            throw new PasskeyRefused();
        }
        return credential;
    }

    /** A stranger writes what is read here, and the libraries have many exceptions for what is wrong with it. */
    private static <T> T verified(Supplier<T> check) {
        try {
            return check.get();
        } catch (DataAccessException | TransactionException database) {
            throw database;
        } catch (RuntimeException invalid) {
            throw new PasskeyRefused();
        }
    }

    private static Subject subject(Caller caller) {
        Subject subject = Subject.of("user", caller.user());
        return caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject);
    }
}
