package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.ExpectedValue;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a user may do. This is the only table of rights: {@code docs/rights.md} is printed from it, and API, pages and streams ask
 * it. Rights add up; no role takes a right away that another one gives.
 *
 * <p>A token carries rights by its scopes: it has a right if its user has the right and it has one of the right's scopes.
 */
public enum Right {
    /** Sees jails, their definitions, states and events. A colleague sees the jails that were chosen for them. */
    SEE(
            Set.of(Role.OWNER, Role.OPERATOR, Role.SUPPORT, Role.BILLING),
            true,
            false,
            Scope.JAILS_READ,
            Scope.EVENTS_READ,
            Scope.USAGE_READ),
    /** Sees what belongs to the whole installation: hosts, pools, templates, plans, customers and users. */
    SEE_INSTALLATION(
            Set.of(Role.OWNER, Role.OPERATOR, Role.SUPPORT, Role.BILLING),
            false,
            false,
            Scope.HOSTS_READ,
            Scope.POOLS_READ,
            Scope.TEMPLATES_READ,
            Scope.PLANS_READ,
            Scope.CUSTOMERS_READ,
            Scope.USERS_READ),
    /** Starts, stops and restarts jails. */
    POWER(Set.of(Role.OWNER, Role.OPERATOR), true, true, Scope.JAILS_POWER, Scope.JAILS_WRITE),
    /** Suspends customers and lifts suspensions. The owners of a reseller do so with its customers, and do not lift what staff suspended. */
    SUSPEND(Set.of(Role.OWNER, Role.OPERATOR, Role.BILLING), false, false, Scope.CUSTOMERS_WRITE),
    /** Changes the command, the environment, the name servers and the firewall of jails, and on a whole customer also its networks. */
    CONFIGURE(Set.of(Role.OWNER, Role.OPERATOR), true, true, Scope.JAILS_WRITE),
    /** Works in jails, by commands. */
    CONSOLE(Set.of(Role.OWNER, Role.OPERATOR), true, true, Scope.JAILS_CONSOLE),
    /** Reads and changes the files of jails, by the API. */
    FILES(Set.of(Role.OWNER, Role.OPERATOR), true, true, Scope.JAILS_FILES),
    /** Reads what jails write. */
    LOGS(Set.of(Role.OWNER, Role.OPERATOR, Role.SUPPORT), true, true, Scope.JAILS_LOGS),
    /** Creates, changes, moves and removes jails, and their files after them. */
    DEFINE(Set.of(Role.OWNER, Role.OPERATOR), false, false, Scope.JAILS_WRITE),
    /** Decides what jails may do, call by call. */
    POLICY(Set.of(Role.OWNER, Role.OPERATOR), false, false, Scope.JAILS_WRITE),
    /** Manages the hosts, pools and templates of the installation. */
    INSTALLATION(
            Set.of(Role.OWNER, Role.OPERATOR),
            false,
            false,
            Scope.HOSTS_WRITE,
            Scope.POOLS_WRITE,
            Scope.TEMPLATES_WRITE),
    /** Defines the plans that are sold, puts jails on them, and sets the quotas of customers. */
    PLANS(Set.of(Role.OWNER, Role.OPERATOR, Role.BILLING), false, false, Scope.PLANS_WRITE),
    /** Creates, changes and retires customers. */
    CUSTOMERS(Set.of(Role.OWNER, Role.OPERATOR), false, false, Scope.CUSTOMERS_WRITE),
    /**
     * Sees the customers of a reseller, creates them, and sets their quotas within its own. Staff does that by {@link #SEE_INSTALLATION},
     * {@link #CUSTOMERS} and {@link #PLANS}.
     */
    RESELL(Set.of(), false, false, Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE),
    /** Decides who belongs to a customer, and which jails its people have. */
    MEMBERS(Set.of(Role.OWNER, Role.OPERATOR), true, false, Scope.MEMBERS_READ, Scope.MEMBERS_WRITE),
    /** Sets the passwords of people of a customer. Operators do not: they act on behalf, which the customer sees. */
    PASSWORDS(Set.of(Role.OWNER), true, false, Scope.MEMBERS_WRITE),
    /** Acts as a user of a customer on the pages, to see and do what they can. */
    ACT_ON_BEHALF(Set.of(Role.OWNER, Role.OPERATOR), false, false, Scope.CUSTOMERS_WRITE),
    /** Creates and disables users of the whole installation, and revokes the tokens of others. */
    USERS(Set.of(Role.OWNER), false, false, Scope.USERS_WRITE),
    /** Manages the own password and tokens. */
    OWN_ACCOUNT(EnumSet.allOf(Role.class), true, false, Scope.TOKENS_READ, Scope.TOKENS_WRITE);

    private final Set<Role> roles;
    private final boolean ofCustomerOwners;
    private final boolean grantable;
    private final Set<Scope> scopes;

    /**
     * @param roles the roles that have the right everywhere
     * @param ofCustomerOwners whether the owner of a customer has it for all that belongs to the customer
     * @param grantable whether a colleague can be given it for single jails
     * @param scopes the scopes of tokens that carry the right
     */
    Right(Set<Role> roles, boolean ofCustomerOwners, boolean grantable, Scope... scopes) {
        this.roles = Set.copyOf(roles);
        this.ofCustomerOwners = ofCustomerOwners;
        this.grantable = grantable;
        this.scopes = Set.of(scopes);
    }

    /** @throws InvalidValue if there is no such right */
    @JsonCreator
    public static Right parse(String text) {
        return Arrays.stream(values())
                .filter(right -> right.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidValue(
                        ExpectedValue.oneOf(Arrays.stream(values()).filter(Right::isGrantable))));
    }

    /** Whether users with the role have the right everywhere. */
    public boolean isOf(Role role) {
        return roles.contains(role);
    }

    /** Whether people with the role in a customer have the right for all that belongs to the customer. */
    public boolean isOf(MemberRole role) {
        return role == MemberRole.OWNER && ofCustomerOwners;
    }

    /** Whether the owners of a reseller have the right for all that belongs to its customers: those of an owner, and more. */
    public boolean isOfResellers() {
        return ofCustomerOwners || this == SUSPEND || this == RESELL;
    }

    /** Whether a colleague can be given the right for single jails. */
    public boolean isGrantable() {
        return grantable;
    }

    /** Returns the scopes that carry the right: a token needs one of them. */
    public Set<Scope> scopes() {
        return scopes;
    }

    /** Returns the rights that a colleague can be given for single jails. */
    public static Set<Right> grantable() {
        return Arrays.stream(values()).filter(Right::isGrantable).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the rights that the role gives everywhere. */
    public static Set<Right> of(Role role) {
        return Arrays.stream(values()).filter(right -> right.isOf(role)).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the rights that the role in a customer gives for all that belongs to the customer. */
    public static Set<Right> of(MemberRole role) {
        return Arrays.stream(values()).filter(right -> right.isOf(role)).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the right in the form of API and database, for example {@code see-installation}. */
    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
