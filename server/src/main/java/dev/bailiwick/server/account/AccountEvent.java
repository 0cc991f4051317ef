package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event about customers, users and tokens, for the audit. */
public sealed interface AccountEvent extends Event {

    @EventType(action = "customer.created", version = 1)
    record CustomerCreated(String name) implements AccountEvent {}

    @EventType(action = "customer.changed", version = 1)
    record CustomerChanged(String name) implements AccountEvent {}

    /** A bound that is missing does not exist. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @EventType(action = "customer.quota-changed", version = 1)
    record QuotaChanged(
            @Nullable Long jails,
            @Nullable Long memory,
            @Nullable Long cpuMillis,
            @Nullable Long addresses,
            @Nullable Long disk)
            implements AccountEvent {}

    /** The customer or its reseller was suspended.
     *
     * @param jails how many jails of the customer are stopped by that */
    @EventType(action = "customer.suspended", version = 1)
    record CustomerSuspended(long jails) implements AccountEvent {}

    /** Only staff sees why staff suspended a customer; its reseller sees why it did so itself. */
    @EventType(action = "customer.suspension-explained", version = 1)
    record SuspensionExplained(String reason) implements AccountEvent {}

    /** @param jails how many jails start again */
    @EventType(action = "customer.unsuspended", version = 1)
    record CustomerUnsuspended(long jails) implements AccountEvent {}

    /** @param reseller null for none */
    @EventType(action = "customer.reseller-changed", version = 1)
    record ResellerChanged(@Nullable CustomerId reseller) implements AccountEvent {}

    /**
     * @param rules how many rules its firewall has now
     * @param jails to how many jails they apply
     */
    @EventType(action = "customer.firewall-changed", version = 1)
    record CustomerFirewallChanged(long rules, long jails) implements AccountEvent {}

    @EventType(action = "customer.retired", version = 1)
    record CustomerRetired(String name) implements AccountEvent {}

    @EventType(action = "customer.restored", version = 1)
    record CustomerRestored(String name) implements AccountEvent {}

    /** @param jails how many jails a colleague is to have */
    @EventType(action = "customer.member-invited", version = 1)
    record MemberInvited(String login, MemberRole role, int jails) implements AccountEvent {}

    @EventType(action = "customer.invitation-withdrawn", version = 1)
    record InvitationWithdrawn(String login) implements AccountEvent {}

    @EventType(action = "customer.invitation-accepted", version = 1)
    record InvitationAccepted(String login) implements AccountEvent {}

    @EventType(action = "user.created", version = 1)
    record UserCreated(String login, Role role) implements AccountEvent {}

    @EventType(action = "user.role-changed", version = 1)
    record RoleChanged(Role role) implements AccountEvent {}

    /** @param jails how many jails a colleague was given */
    @EventType(action = "user.membership-changed", version = 1)
    record MembershipChanged(MemberRole role, int jails) implements AccountEvent {}

    @EventType(action = "user.membership-ended", version = 1)
    record MembershipEnded() implements AccountEvent {}

    @EventType(action = "user.disabled", version = 1)
    record UserDisabled() implements AccountEvent {}

    /** @param reason why somebody of the staff acts as the user from now on */
    @EventType(action = "user.acted-for", version = 1)
    record ActedFor(String reason) implements AccountEvent {}

    /** Recorded by the database, with whatever ends the session. */
    @EventType(action = "user.acting-ended", version = 1)
    record ActingEnded() implements AccountEvent {}

    @EventType(action = "user.password-reset-issued", version = 1)
    record PasswordResetIssued() implements AccountEvent {}

    /**
     * Somebody who has forgotten the password was sent a link to the user's address.
     *
     * @param address the address of the client that asked for it
     * @param device what its browser calls itself, at most 200 characters
     */
    @EventType(action = "user.password-mail-requested", version = 1)
    record PasswordMailRequested(String address, String device) implements AccountEvent {}

    @EventType(action = "user.password-changed", version = 1)
    record PasswordChanged() implements AccountEvent {}

    /** Somebody wants mail at another address, which does not count before it is confirmed. */
    @EventType(action = "user.email-requested", version = 1)
    record EmailRequested() implements AccountEvent {}

    @EventType(action = "user.email-confirmed", version = 1)
    record EmailConfirmed() implements AccountEvent {}

    @EventType(action = "user.email-removed", version = 1)
    record EmailRemoved() implements AccountEvent {}

    /** @param off what a user wants no letters about */
    @EventType(action = "user.notices-changed", version = 1)
    record NoticesChanged(List<String> off) implements AccountEvent {
        public NoticesChanged {
            off = List.copyOf(off);
        }
    }

    /** @param sessions how many sessions whoever manages users ended */
    @EventType(action = "user.sessions-ended", version = 1)
    record SessionsEnded(int sessions) implements AccountEvent {}

    /**
     * @param by {@code passkey}, {@code oidc}, {@code password}, {@code password+code}, {@code password+recovery-code}, {@code link} or {@code invitation}; also
     *     {@code link+code}, {@code link+recovery-code}, {@code oidc+code} and {@code oidc+recovery-code}
     * @param address the address of the client
     * @param device what the browser calls itself, at most 200 characters
     */
    @EventType(action = "user.signed-in", version = 1)
    record SignedIn(String by, String address, String device) implements AccountEvent {}

    /**
     * Attempts at a login that failed since the last such event.
     *
     * @param by what was shown in the last one: {@code password}, {@code code}, {@code link}, {@code passkey} or {@code oidc}
     * @param failures how many there were
     * @param address the address of the last one
     * @param device what the browser of the last one called itself
     */
    @EventType(action = "user.sign-in-failed", version = 1)
    record SignInFailed(String by, int failures, String address, String device) implements AccountEvent {}

    @EventType(action = "user.passkey-added", version = 1)
    record PasskeyAdded(String name) implements AccountEvent {}

    @EventType(action = "user.passkey-removed", version = 1)
    record PasskeyRemoved(String name) implements AccountEvent {}

    /** @param issuer the provider, by the URL that it calls itself */
    @EventType(action = "user.provider-linked", version = 1)
    record ProviderLinked(String issuer) implements AccountEvent {}

    @EventType(action = "user.provider-unlinked", version = 1)
    record ProviderUnlinked(String issuer) implements AccountEvent {}

    @EventType(action = "user.second-factor-added", version = 1)
    record SecondFactorAdded() implements AccountEvent {}

    @EventType(action = "user.second-factor-removed", version = 1)
    record SecondFactorRemoved() implements AccountEvent {}

    @EventType(action = "user.recovery-codes-renewed", version = 1)
    record RecoveryCodesRenewed() implements AccountEvent {}

    @EventType(action = "token.issued", version = 1)
    record TokenIssued(String name, List<Scope> scopes) implements AccountEvent {
        public TokenIssued {
            scopes = List.copyOf(scopes);
        }
    }

    /** @param overlapSeconds for how long the secret before works as well */
    @EventType(action = "token.rotated", version = 1)
    record TokenRotated(long overlapSeconds) implements AccountEvent {}

    @EventType(action = "token.former-secret-ended", version = 1)
    record FormerSecretEnded() implements AccountEvent {}

    @EventType(action = "token.revoked", version = 1)
    record TokenRevoked() implements AccountEvent {}

    /** @param fingerprint as {@code ssh-keygen -l} shows it */
    @EventType(action = "key.added", version = 1)
    record SshKeyAdded(String type, String fingerprint, String comment) implements AccountEvent {}

    @EventType(action = "key.removed", version = 1)
    record SshKeyRemoved(String fingerprint) implements AccountEvent {}
}
