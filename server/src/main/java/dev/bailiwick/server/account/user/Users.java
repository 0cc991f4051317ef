package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The people and programs that can sign in. */
@Service
@NamedInterface("user")
public class Users {

    private final StoredUsers stored;
    private final UserCreation creation;
    private final OwnerLocks owners;
    private final AccessRows access;
    private final PasswordEncoder passwords;
    private final Audit audit;
    private final Clock clock;
    private final String hashOfNobody;

    Users(
            StoredUsers stored,
            UserCreation creation,
            OwnerLocks owners,
            AccessRows access,
            PasswordEncoder passwords,
            Audit audit,
            Clock clock) {
        this.stored = stored;
        this.creation = creation;
        this.owners = owners;
        this.access = access;
        this.passwords = passwords;
        this.audit = audit;
        this.clock = clock;
        this.hashOfNobody = String.valueOf(passwords.encode(Secret.fresh("").text()));
    }

    /**
     * Creates a user.
     *
     * @param login 1 to 254 characters; stored in its normal form, see {@link Login}
     * @param password 12 to 200 characters, and not easy to guess, see {@link PasswordRule}
     * @throws InvalidRequest naming the invalid fields; the role is invalid if it has scopes that the caller lacks
     */
    @Transactional
    public User create(Caller caller, @Nullable String login, @Nullable String password, Membership membership) {
        caller.require(Right.USERS);
        refuseRoleBeyond(caller, membership.role());
        return creation.create(caller.actor(), creation.check(login, password, membership));
    }

    /** Creates the first owner of the installation, when it starts. */
    @Transactional
    public User createFirst(String login, String password) {
        return creation.create("bailiwick", creation.check(login, password, new Membership.Staff(Role.OWNER)));
    }

    /**
     * Checks an invited user, and hashes the password, which takes long: before anything is locked.
     *
     * @throws InvalidRequest naming {@code /password}, whether or not the login is taken
     */
    @Transactional(readOnly = true)
    public NewUser check(String login, String password, Membership.Of membership) {
        return creation.check(login, password, membership);
    }

    /**
     * Creates an invited user.
     *
     * @throws LoginTaken if somebody has the login already
     */
    @Transactional
    public Caller createInvited(NewUser invited) {
        User user = creation.create("user:" + invited.login(), invited);
        return inSession(user.id()).orElseThrow(() -> new UserNotFound(user.id()));
    }

    @Transactional(readOnly = true)
    public User get(Caller caller, UserId id) {
        caller.require(Scope.USERS_READ);
        return known(id);
    }

    /**
     * Returns the user, whoever asks.
     *
     * @throws UserNotFound if there is no such user
     */
    @Transactional(readOnly = true)
    public User known(UserId id) {
        return stored.findById(id.value()).map(StoredUser::view).orElseThrow(() -> new UserNotFound(id));
    }

    /** Lists users by id, which is the order of their creation. */
    @Transactional(readOnly = true)
    public List<User> list(Caller caller, Optional<UserId> after, int limit) {
        caller.require(Scope.USERS_READ);
        List<StoredUser> rows = after.isPresent()
                ? stored.findByIdGreaterThanOrderById(after.get().value(), Limit.of(limit))
                : stored.findAllByOrderById(Limit.of(limit));
        return rows.stream().map(StoredUser::view).toList();
    }

    /**
     * Gives a user of the staff another role. The same role again changes nothing.
     *
     * @throws InvalidRequest if the user or the role is of a customer, or the role has scopes that the caller lacks
     * @throws LastOwner if nobody else is an enabled owner of the installation
     */
    @Transactional
    public User changeRole(Caller caller, UserId id, Role role) {
        caller.require(Right.USERS);
        OwnerLocks.Locked locked = owners.lock(id);
        StoredUser user = locked.user();
        if (!user.role().isStaff() || !role.isStaff()) {
            throw new InvalidRequest(
                    "/role", "changes only among the roles of staff: owner, operator, support and billing");
        }
        if (user.role() == role) {
            return user.view();
        }
        refuseRoleBeyond(caller, role);
        locked.refuseLastOwner();
        user.changeRole(role);
        audit.record(caller.actor(), subject(user.view(), Optional.empty()), new AccountEvent.RoleChanged(role));
        return user.view();
    }

    /** A token with few scopes must not lead to a user, or to a role, that has more. */
    private static void refuseRoleBeyond(Caller caller, Role role) {
        Set<Scope> lacking = caller.lacking(role.scopes());
        if (!lacking.isEmpty()) {
            throw new InvalidRequest("/role", "must not have scopes that the caller lacks: " + lacking);
        }
    }

    /**
     * Disables the user, also if customers then have no owner who can sign in, see {@link #disable(Caller, UserId, Ownerless)}.
     */
    @Transactional
    public User disable(Caller caller, UserId id) {
        return disable(caller, id, Ownerless.ALLOWED);
    }

    /** What happens if customers would have no owner any more who can sign in. */
    public enum Ownerless {
        ALLOWED,
        REFUSED
    }

    /**
     * Disables the user: sign-in, sessions and tokens stop working. Disabling again changes nothing.
     *
     * @throws LastOwner if nobody else is an enabled owner of the installation
     * @throws CustomersWithoutOwner if customers would have no owner any more, and that is refused
     */
    @Transactional
    public User disable(Caller caller, UserId id, Ownerless ownerless) {
        caller.require(Right.USERS);
        List<String> left = owners.lockOwnedByNobodyElse(id);
        OwnerLocks.Locked locked = owners.lock(id);
        StoredUser user = locked.user();
        if (!user.enabled()) {
            return user.view();
        }
        locked.refuseLastOwner();
        if (ownerless == Ownerless.REFUSED && !left.isEmpty()) {
            throw new CustomersWithoutOwner(left);
        }
        user.disable(clock.instant());
        audit.record(caller.actor(), subject(user.view(), caller(user).payer()), new AccountEvent.UserDisabled());
        return user.view();
    }

    /**
     * Checks a login and its password, the first step of a sign-in; takes as long for an unknown login as for a wrong password.
     *
     * @throws SignInRefused if login and password do not match or the user is disabled
     */
    @Transactional
    public Caller signIn(String login, String password) {
        Optional<StoredUser> user = Login.normal(login).flatMap(stored::findByLogin);
        String hash = user.flatMap(StoredUser::passwordHash).orElse(hashOfNobody);
        if (password.length() > PasswordRule.MAX || !passwords.matches(password, hash) || user.isEmpty()) {
            throw new SignInRefused();
        }
        if (!user.get().enabled()) {
            throw new SignInRefused();
        }
        if (passwords.upgradeEncoding(hash)) {
            String other = String.valueOf(passwords.encode(password));
            // Not if the user has another password by now.
            if (stored.replaceHash(user.get().id().value(), hash, other) == 1) {
                user.get().replacePassword(other);
            }
        }
        return caller(user.get());
    }

    /**
     * Records that the user has signed in.
     *
     * @param by what they have shown
     * @param address the address of their client
     * @param device what their browser calls itself
     */
    @Transactional
    public void recordSignIn(Caller user, String by, String address, String device) {
        Subject subject = Subject.of("user", user.user());
        audit.record(
                user.actor(),
                user.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject),
                new AccountEvent.SignedIn(by, address, device));
    }

    /**
     * Records that attempts at a login have failed, see {@link AccountEvent.SignInFailed}. The subject {@code unknown} stands for all
     * logins that nobody has: what is typed there may be a password.
     */
    @Transactional
    public void recordFailedSignIn(String login, String by, int failures, String address, String device) {
        Optional<StoredUser> user = stored.findByLogin(login);
        Optional<UUID> payer = user.flatMap(known -> caller(known).payer()).map(CustomerId::value);
        Subject subject = Subject.of("user", user.<Object>map(StoredUser::id).orElse("unknown"));
        audit.record(
                "bailiwick",
                payer.map(subject::visibleTo).orElse(subject),
                new AccountEvent.SignInFailed(by, failures, address, device));
    }

    /** Returns the current data of a session's user; empty if the user is disabled. */
    @Transactional(readOnly = true)
    public Optional<Caller> inSession(UserId id) {
        return stored.findById(id.value()).filter(StoredUser::enabled).map(this::caller);
    }

    /**
     * Returns the current data of a user whose session began at a provider; empty if the user is disabled, or the account there does
     * not belong to them any more.
     *
     * @param identity empty if the session began otherwise
     */
    @Transactional(readOnly = true)
    public Optional<Caller> inSession(UserId id, Optional<IdentityId> identity) {
        return inSession(id)
                .filter(_ -> identity.isEmpty()
                        || stored.hasIdentity(id.value(), identity.get().value()));
    }

    private Caller caller(StoredUser user) {
        return new Caller(
                        user.id(),
                        user.view().login(),
                        user.role(),
                        access.read(user.id(), user.role(), user.accessVersion()),
                        user.role().scopes(),
                        Optional.empty(),
                        Optional.empty())
                .withPassword(user.passwordVersion());
    }

    @Transactional(readOnly = true)
    public boolean anyOwner() {
        return stored.existsByRoleAndDisabledAtIsNull(Role.OWNER.toString());
    }

    private static Subject subject(User user, Optional<CustomerId> customer) {
        Subject subject = Subject.of("user", user.id());
        return customer.map(id -> subject.visibleTo(id.value())).orElse(subject);
    }
}
