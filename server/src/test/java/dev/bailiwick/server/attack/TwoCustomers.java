package dev.bailiwick.server.attack;

import static dev.bailiwick.server.Fleet.OPERATOR;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.Plans;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two customers on one host, with jails and what removed jails left; and users of every role, most of them of the first customer. */
record TwoCustomers(Map<Which, Thing> things, List<Actor> actors) {

    /** Whose an object is, as a user of the first customer sees it. */
    enum Which {
        OWN,
        /** Another jail of the own customer, which no colleague was given. */
        SIBLING,
        FOREIGN,
        MISSING
    }

    /** Objects of one customer. */
    record Thing(
            Which which,
            JailId jail,
            CustomerId customer,
            UserId user,
            HostId host,
            UUID pool,
            UUID plan,
            UUID files,
            JailId removed,
            TokenId token,
            CustomerId elsewhere) {

        Thing with(TokenId other) {
            return new Thing(which, jail, customer, user, host, pool, plan, files, removed, other, elsewhere);
        }

        /** Returns the id that a path calls only {@code id}. */
        String id(String path) {
            String collection = path.replaceFirst("^(/api/v1|/carried)?/", "").split("/", 2)[0];
            return switch (collection) {
                case "jails" -> jail.toString();
                case "customers" -> customer.toString();
                case "users" -> user.toString();
                case "hosts" -> host.toString();
                case "pools" -> pool.toString();
                case "plans" -> plan.toString();
                case "kept-files" -> files.toString();
                case "removed-jails" -> removed.toString();
                case "tokens", "account", "ssh-keys" -> token.toString();
                case "people", "networks", "passkeys", "sign-in-methods" ->
                    UUID.randomUUID().toString();
                default -> "nothing";
            };
        }

        /** Returns the text with the ids in place of their names in braces. */
        String filled(String text) {
            return text.replace("{name}", which == Which.SIBLING ? "mail" : "shop")
                    .replace("{jail}", jail.toString())
                    .replace("{customer}", customer.toString())
                    .replace("{user}", user.toString())
                    .replace("{host}", host.toString())
                    .replace("{plan}", plan.toString())
                    .replace("{port}", "80")
                    .replace("{session}", UUID.randomUUID().toString())
                    .replace("{elsewhere}", elsewhere.toString());
        }
    }

    /**
     * Who sends requests.
     *
     * @param owner whether it owns the first customer, or the reseller of that
     * @param granted the rights on the first customer's first jail, which it sees; empty for others than colleagues
     */
    record Actor(
            String name, UserId user, Optional<Role> role, boolean owner, Optional<Set<Right>> granted, TokenId token) {

        private static final String RESELLER = "owner of the reseller";

        static final Actor NOBODY = new Actor(
                "nobody", UserId.fresh(), Optional.empty(), false, Optional.empty(), new TokenId(UUID.randomUUID()));

        /** Whether it may do with the customer what staff does, because it owns the reseller. */
        boolean resells(Which which) {
            return name.equals(RESELLER) && (which == Which.OWN || which == Which.SIBLING);
        }

        /** Whether it has the right on the first customer, if it owns that or the reseller. */
        private boolean isOwners(Right right) {
            return owner && (name.equals(RESELLER) ? right.isOfResellers() : right.isOf(MemberRole.OWNER));
        }

        boolean isStaff() {
            return role.filter(Role::isStaff).isPresent();
        }

        /** Whether it has the right everywhere. */
        boolean has(Right right) {
            return right == Right.OWN_ACCOUNT
                    || isStaff() && role.filter(right::isOf).isPresent();
        }

        /** Whether it has the right on the jail. Says so from the table of rights alone, and asks nothing that decides. */
        boolean has(Right right, Which which) {
            return switch (which) {
                case MISSING -> false;
                case FOREIGN -> has(right);
                case SIBLING -> has(right) || isOwners(right);
                case OWN ->
                    has(right)
                            || isOwners(right)
                            || granted.filter(rights -> right == Right.SEE || rights.contains(right))
                                    .isPresent();
            };
        }

        /** Whether it has the right on all that belongs to the customer. */
        boolean hasForCustomer(Right right, Which which) {
            return which != Which.MISSING && has(right)
                    || isOwners(right) && (which == Which.OWN || which == Which.SIBLING);
        }

        /** Whether it knows that there is the customer. */
        boolean knowsCustomer(Which which) {
            return switch (which) {
                case MISSING -> false;
                case FOREIGN -> isStaff();
                case OWN, SIBLING -> isStaff() || owner || granted.isPresent();
            };
        }
    }

    /** Creates them. */
    record Maker(
            Fleet.Fixtures fixtures,
            Plans plans,
            Users users,
            Members members,
            ApiTokens tokens,
            Jails jails,
            JailActions actions,
            JailReports reports,
            JdbcClient jdbc) {

        private static final String PASSWORD = "long enough for all";

        static TwoCustomers make(ApplicationContext context) {
            return context.getAutowireCapableBeanFactory()
                    .createBean(Maker.class)
                    .make();
        }

        private TwoCustomers make() {
            HostId host = fixtures.connectedHostWithPool();
            CustomerId first = fixtures.customer();
            CustomerId second = fixtures.customer();
            JailId shop = jail(host, first, "shop");
            Map<Which, Thing> things = new EnumMap<>(Which.class);
            things.put(Which.OWN, thing(Which.OWN, host, first, shop));
            things.put(Which.SIBLING, thing(Which.SIBLING, host, first, jail(host, first, "mail")));
            things.put(Which.FOREIGN, thing(Which.FOREIGN, host, second, jail(host, second, "shop")));
            things.put(Which.MISSING, missing());
            return new TwoCustomers(things, actors(first, shop));
        }

        private List<Actor> actors(CustomerId first, JailId shop) {
            CustomerId reseller = fixtures.customer();
            CustomerId beside = fixtures.customer();
            resold(reseller, first);
            resold(reseller, beside);
            return List.of(
                    Actor.NOBODY,
                    staff(Role.OWNER),
                    staff(Role.OPERATOR),
                    staff(Role.SUPPORT),
                    staff(Role.BILLING),
                    actor(
                            "owner of the customer",
                            user(new Membership.Of(first)),
                            Role.CUSTOMER,
                            true,
                            Optional.empty()),
                    actor(
                            "owner of another customer",
                            user(new Membership.Of(fixtures.customer())),
                            Role.CUSTOMER,
                            false,
                            Optional.empty()),
                    actor(Actor.RESELLER, user(new Membership.Of(reseller)), Role.CUSTOMER, true, Optional.empty()),
                    actor(
                            "owner beside, of the same reseller",
                            user(new Membership.Of(beside)),
                            Role.CUSTOMER,
                            false,
                            Optional.empty()),
                    actor(
                            "colleague at the reseller",
                            colleague(reseller, List.of()),
                            Role.CUSTOMER,
                            false,
                            Optional.empty()),
                    colleague(first, shop, Set.of()),
                    colleague(first, shop, Set.of(Right.POWER)),
                    colleague(first, shop, Set.of(Right.CONFIGURE)),
                    colleague(first, shop, Right.grantable()));
        }

        private void resold(CustomerId reseller, CustomerId customer) {
            jdbc.sql("UPDATE customer SET reseller_id = ? WHERE id = ?")
                    .params(reseller.value(), customer.value())
                    .update();
        }

        private Actor staff(Role role) {
            return actor(role.toString(), user(new Membership.Staff(role)), role, false, Optional.empty());
        }

        private Actor colleague(CustomerId customer, JailId jail, Set<Right> rights) {
            UserId user = colleague(customer, List.of(new JailRights(jail, rights)));
            return actor("colleague with " + rights, user, Role.CUSTOMER, false, Optional.of(rights));
        }

        /** A user of a customer of their own, who becomes a colleague of this one and leaves the own one. */
        private UserId colleague(CustomerId customer, List<@Nullable JailRights> rights) {
            CustomerId own = fixtures.customer();
            UserId user = user(new Membership.Of(own));
            members.put(OPERATOR, customer, user, new MemberChange(MemberRole.COLLEAGUE, rights));
            jdbc.sql("DELETE FROM membership WHERE user_id = ? AND customer_id = ?")
                    .params(user.value(), own.value())
                    .update();
            return user;
        }

        private Actor actor(String name, UserId user, Role role, boolean owner, Optional<Set<Right>> granted) {
            Caller caller = users.inSession(user).orElseThrow();
            TokenId token = token(caller);
            return new Actor(name, user, Optional.of(role), owner, granted, token);
        }

        /** Creates a token, and an SSH key with the same id. */
        private TokenId token(Caller caller) {
            TokenId token = tokens.issue(caller, new TokenRequest("matrix", Set.of(Scope.TOKENS_READ), null))
                    .token()
                    .id();
            jdbc.sql("""
                            INSERT INTO ssh_key (id, user_id, type, bits, blob, fingerprint, comment, created_at)
                            VALUES (?, ?, 'ssh-ed25519', 256, '\\x00', 'SHA256:' || repeat('a', 43), '', now())
                            """).params(token.value(), caller.user().value()).update();
            return token;
        }

        private UserId user(Membership membership) {
            return users.create(OPERATOR, "x-" + UUID.randomUUID(), PASSWORD, membership)
                    .id();
        }

        private JailId jail(HostId host, CustomerId customer, String name) {
            JailId jail = jails.define(
                            OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)))
                    .id();
            reports.apply(host, List.of(Fleet.report(jail, 1, Phase.RUNNING, Instant.now())));
            return jail;
        }

        private Thing thing(Which which, HostId host, CustomerId customer, JailId jail) {
            JailId gone = jail(host, customer, "gone-" + which.name().toLowerCase(java.util.Locale.ROOT));
            actions.retire(OPERATOR, gone, FilesFate.KEPT);
            reports.apply(host, List.of(Fleet.report(gone, 2, Phase.REMOVED, Instant.now())));
            UserId stranger = user(new Membership.Of(fixtures.customer()));
            TokenId token = token(users.inSession(stranger).orElseThrow());
            return new Thing(
                    which,
                    jail,
                    customer,
                    colleague(customer, List.of()),
                    host,
                    id("SELECT id FROM address_pool WHERE host_id = ?", host.value()),
                    plan(),
                    id("SELECT id FROM kept_files WHERE jail_id = ?", gone.value()),
                    gone,
                    token,
                    fixtures.customer());
        }

        private UUID plan() {
            PlanTerms open = new PlanTerms(
                    Limits.NONE, Sysctls.NONE, null, null, List.of(), List.of(), PlanTerms.Promises.NONE, null);
            return plans.create(OPERATOR, "Plan " + UUID.randomUUID(), open)
                    .id()
                    .value();
        }

        private UUID id(String sql, UUID of) {
            return jdbc.sql(sql)
                    .param(of)
                    .query((row, _) -> row.getObject(1, UUID.class))
                    .single();
        }

        private static Thing missing() {
            return new Thing(
                    Which.MISSING,
                    Jails.fresh(),
                    CustomerId.fresh(),
                    UserId.fresh(),
                    new HostId(UUID.randomUUID()),
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    Jails.fresh(),
                    new TokenId(UUID.randomUUID()),
                    CustomerId.fresh());
        }
    }

    /** Returns the actor of this name. */
    Actor actor(String name) {
        return actors.stream()
                .filter(actor -> actor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the objects, with the actor's own token for its own. */
    Thing thing(Which which, Actor actor) {
        Thing thing = things.get(which);
        if (thing == null) {
            throw new IllegalArgumentException(which.toString());
        }
        return which == Which.OWN ? thing.with(actor.token()) : thing;
    }
}
