package dev.bailiwick.server.attack;

import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each operation and page needs, written by hand: the scopes, the right, and over which object the right is needed. A new
 * endpoint gets its row here.
 */
final class AuthorizationTable {

    private AuthorizationTable() {}

    /** What the right is needed over. */
    enum Over {
        /** Open to everybody. */
        NOTHING,
        /** Everybody who has signed in; a list has only what the caller sees. */
        OWN,
        /** As {@link #OWN}; what the request names need not exist. */
        OWN_OR_NOTHING,
        /** The right is needed everywhere, whichever object it is. */
        EVERYWHERE,
        /** As {@link #EVERYWHERE}; the owners of a reseller may the same with its customers. */
        RESOLD,
        /** As {@link #EVERYWHERE}; what the request names need not exist. */
        EVERYWHERE_OR_NOTHING,
        /** The jail of the path, which does not exist for those who do not see it. */
        JAIL,
        /** The jail of a line of the body; the line is refused, the batch is not. */
        LINE,
        /** What is left of a jail, which does not exist for those who do not see all of its customer. */
        REMAINS,
        /** The customer of the path, who does not exist for those who neither see it nor belong to it. */
        CUSTOMER,
        /** As {@link #CUSTOMER}; what else the request names need not exist. */
        CUSTOMER_OR_NOTHING,
        /** A token or an SSH key, which does not exist for others than its user, and those who manage users. */
        TOKEN,
        /** A token, which does not exist for others than its user. */
        OWN_TOKEN
    }

    /**
     * @param scopes those needed; empty for pages, whose sessions have all scopes of the role; all if a token needs all of the role
     * @param right empty if none is needed
     * @param body JSON, or a form; may name objects in braces
     */
    record Row(String operation, Set<Scope> scopes, Optional<Right> right, Over over, String body) {

        String method() {
            return operation.substring(0, operation.indexOf(' '));
        }

        String path() {
            return operation.substring(operation.indexOf(' ') + 1);
        }

        /** Returns the scopes that somebody of this role needs. */
        Set<Scope> needed(Role role) {
            return scopes.containsAll(Set.of(Scope.values())) ? role.scopes() : scopes;
        }

        /** Whether the request is about one of the objects of a customer. */
        boolean hasObject() {
            return path().contains("{") || over == Over.LINE || over == Over.CUSTOMER;
        }

        private static Row parse(String line) {
            String[] cells = line.split("\\s*\\|\\s*", 5);
            Set<Scope> scopes = cells[1].equals("-")
                    ? Set.of()
                    : cells[1].equals("all")
                            ? Set.of(Scope.values())
                            : Arrays.stream(cells[1].split(" "))
                                    .map(Scope::parse)
                                    .collect(Collectors.toUnmodifiableSet());
            Optional<Right> right = cells[2].equals("-") ? Optional.empty() : Optional.of(Right.parse(cells[2]));
            Over over = Over.valueOf(cells[3].toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
            return new Row(cells[0], scopes, right, over, cells.length > 4 ? cells[4].strip() : "");
        }
    }

    static List<Row> api() {
        return parse(API);
    }

    static List<Row> pages() {
        return parse(PAGES);
    }

    static List<Row> all() {
        return Stream.concat(api().stream(), pages().stream()).toList();
    }

    private static List<Row> parse(String table) {
        return table.lines().filter(line -> !line.isBlank()).map(Row::parse).toList();
    }

    private static final String API = """
            GET /api/openapi.json | - | - | nothing
            GET /api/openapi.json.yaml | - | - | own
            GET /api/v1/customers | customers:read | see-installation | everywhere
            POST /api/v1/customers | customers:write | customers | everywhere | {"name": "Attack"}
            GET /api/v1/customers/{id} | customers:read | see-installation | resold
            PATCH /api/v1/customers/{id} | customers:write | customers | everywhere | {"name": "Attack"}
            DELETE /api/v1/customers/{id} | customers:write | customers | everywhere
            PUT /api/v1/customers/{id}/reseller | customers:write | customers | everywhere | {"reseller": "{elsewhere}"}
            POST /api/v1/customers/{id}/restore | customers:write | customers | everywhere
            POST /api/v1/customers/{id}/suspend | customers:write | suspend | customer | {"reason": "attack"}
            POST /api/v1/customers/{id}/unsuspend | customers:write | suspend | customer
            GET /api/v1/customers/{id}/usage | usage:read | see | customer
            GET /api/v1/customers/{customer}/members | members:read | members | customer
            GET /api/v1/customers/{customer}/members/{user} | members:read | members | customer
            PUT /api/v1/customers/{customer}/members/{user} | members:write | members | customer | {"role": "colleague"}
            DELETE /api/v1/customers/{customer}/members/{user} | members:write | members | customer
            GET /api/v1/customers/{customer}/invitations | members:read | members | customer
            POST /api/v1/customers/{customer}/invitations | members:write | members | customer | {"login": "attack", "role": "colleague"}
            DELETE /api/v1/customers/{customer}/invitations/{id} | members:write | members | customer-or-nothing
            GET /api/v1/customers/{customer}/firewall | jails:read | see | customer
            PUT /api/v1/customers/{customer}/firewall | jails:write | configure | customer | {"rules": [{"direction": "in", "action": "drop"}]}
            GET /api/v1/customers/{customer}/networks | jails:read | see | customer
            POST /api/v1/customers/{customer}/networks | jails:write | configure | customer | {"name": "attack"}
            GET /api/v1/customers/{customer}/networks/{id} | jails:read | see | customer-or-nothing
            PATCH /api/v1/customers/{customer}/networks/{id} | jails:write | configure | customer-or-nothing | {"name": "attack"}
            DELETE /api/v1/customers/{customer}/networks/{id} | jails:write | configure | customer-or-nothing
            POST /api/v1/customers/{customer}/networks/{id}/jails | jails:write | configure | customer-or-nothing | {"jails": ["{jail}"]}
            DELETE /api/v1/customers/{customer}/networks/{id}/jails/{jail} | jails:write | configure | customer-or-nothing
            GET /api/v1/users | users:read | see-installation | everywhere
            POST /api/v1/users | users:write | users | everywhere | {"login": "attack", "password": "long enough for all", "role": "support"}
            GET /api/v1/users/{id} | users:read | see-installation | everywhere
            PATCH /api/v1/users/{id} | users:write | users | everywhere | {"role": "billing"}
            DELETE /api/v1/users/{id} | users:write | users | everywhere
            GET /api/v1/users/{id}/memberships | users:read | see-installation | everywhere
            GET /api/v1/users/{id}/sessions | users:read users:write | users | everywhere
            DELETE /api/v1/users/{id}/sessions | users:write | users | everywhere
            POST /api/v1/users/{id}/password-reset | users:write | users | everywhere
            POST /api/v1/customers/{customer}/members/{user}/password-reset | members:write | passwords | customer
            GET /api/v1/tokens | tokens:read | own-account | own
            POST /api/v1/tokens | tokens:write | own-account | own | {"name": "attack", "scopes": ["tokens:read"]}
            DELETE /api/v1/tokens/{id} | tokens:write | own-account | token
            POST /api/v1/tokens/{id}/rotate | tokens:write | own-account | own-token
            DELETE /api/v1/tokens/{id}/former-secret | tokens:write | own-account | token
            GET /api/v1/ssh-keys | tokens:read | own-account | own
            POST /api/v1/ssh-keys | tokens:write jails:console jails:files | own-account | own | {"key": "attack"}
            DELETE /api/v1/ssh-keys/{id} | tokens:write | own-account | token
            POST /api/v1/tokens/sign-in-link | all | own-account | own
            PUT /api/v1/password | tokens:write | own-account | own | {"current": "", "password": "another long password"}
            GET /api/v1/sessions | tokens:read | own-account | own
            DELETE /api/v1/sessions | tokens:write | own-account | own
            DELETE /api/v1/sessions/{id} | tokens:write | own-account | own-or-nothing
            GET /api/v1/passkeys | tokens:read | own-account | own
            POST /api/v1/passkeys/{id}/remove | tokens:write | own-account | own-or-nothing | {"password": "long enough for all"}
            GET /api/v1/sign-in-methods | tokens:read | own-account | own
            POST /api/v1/sign-in-methods/{id}/remove | tokens:write | own-account | own-or-nothing | {"password": "long enough for all"}
            GET /api/v1/email | tokens:read | own-account | own
            PUT /api/v1/email | tokens:write | own-account | own | {"address": "a@example.com", "password": ""}
            POST /api/v1/email/remove | tokens:write | own-account | own | {"password": ""}
            GET /api/v1/notices | tokens:read | own-account | own
            PUT /api/v1/notices | tokens:write | own-account | own | {"off": []}
            GET /api/v1/second-factor | tokens:read | own-account | own
            POST /api/v1/second-factor | tokens:write | own-account | own | {"password": ""}
            POST /api/v1/second-factor/confirm | tokens:write | own-account | own | {"code": "000000"}
            POST /api/v1/second-factor/recovery-codes | tokens:write | own-account | own | {"password": ""}
            POST /api/v1/second-factor/remove | tokens:write | own-account | own | {"password": ""}
            GET /api/v1/users/{id}/second-factor | users:read users:write | users | everywhere
            DELETE /api/v1/users/{id}/second-factor | users:read users:write | users | everywhere
            GET /api/v1/hosts | hosts:read | see-installation | everywhere
            POST /api/v1/hosts | hosts:write | installation | everywhere | {"name": "attack"}
            GET /api/v1/hosts/{id} | hosts:read | see-installation | everywhere
            PUT /api/v1/hosts/{id} | hosts:write | installation | everywhere | {"name": "attack"}
            PATCH /api/v1/hosts/{id} | hosts:write | installation | everywhere | {"name": "attack"}
            DELETE /api/v1/hosts/{id} | hosts:write | installation | everywhere
            POST /api/v1/hosts/{id}/join-token | hosts:write | installation | everywhere
            GET /api/v1/hosts/{host}/differences | hosts:read | see-installation | everywhere
            PUT /api/v1/hosts/{host}/differences/{jail} | hosts:write jails:write | installation | everywhere-or-nothing | {"choice": "adopt"}
            DELETE /api/v1/hosts/{host}/divergence | hosts:write | installation | everywhere-or-nothing
            GET /api/v1/hosts/{id}/resolver | hosts:read | see-installation | everywhere
            PUT /api/v1/hosts/{id}/resolver | hosts:write | installation | everywhere | {"nameServers": ["192.0.2.1"]}
            GET /api/v1/hosts/{id}/metrics | hosts:read | see-installation | everywhere
            GET /api/v1/hosts/{id}/ports | hosts:read | see-installation | everywhere
            PUT /api/v1/hosts/{id}/ports | hosts:write | installation | everywhere | {"ranges": []}
            GET /api/v1/pools | pools:read | see-installation | everywhere
            POST /api/v1/pools | pools:write | installation | everywhere | {"range": "192.0.2.0/28"}
            GET /api/v1/pools/{id} | pools:read | see-installation | everywhere
            PATCH /api/v1/pools/{id} | pools:write | installation | everywhere | {"description": "Attack"}
            DELETE /api/v1/pools/{id} | pools:write | installation | everywhere
            GET /api/v1/pools/{id}/resting | pools:read | see-installation | everywhere
            POST /api/v1/pools/{id}/resting:free | pools:write | installation | everywhere | {"addresses": ["192.0.2.1"]}
            GET /api/v1/pools/{id}/reverse-names | pools:read | see-installation | everywhere
            GET /api/v1/pools/{id}/reverse-zone | pools:read | see-installation | everywhere
            GET /api/v1/pools/{id}/resolver | pools:read | see-installation | everywhere
            PUT /api/v1/pools/{id}/resolver | pools:write | installation | everywhere | {"nameServers": ["192.0.2.1"]}
            GET /api/v1/plans | plans:read | see-installation | everywhere
            POST /api/v1/plans | plans:write | plans | everywhere | {"name": "Attack"}
            GET /api/v1/plans/{id} | plans:read | see-installation | everywhere
            GET /api/v1/plans/{id}/versions | plans:read | see-installation | everywhere
            POST /api/v1/plans/{id}/versions | plans:write | plans | everywhere | {"priceCode": "attack"}
            POST /api/v1/plans/{id}/apply | plans:write jails:read | plans | everywhere
            DELETE /api/v1/plans/{id} | plans:write | plans | everywhere
            GET /api/v1/kept-files | jails:read | - | own
            GET /api/v1/kept-files/{id} | jails:read | see | remains
            PATCH /api/v1/kept-files/{id} | jails:read jails:write | define | everywhere | {"customer": "{customer}"}
            DELETE /api/v1/kept-files/{id} | jails:read jails:write | define | everywhere
            GET /api/v1/removed-jails | jails:read | - | own
            GET /api/v1/removed-jails/{id} | jails:read | see | remains
            GET /api/v1/jails | jails:read | - | own
            POST /api/v1/jails | jails:write | define | everywhere | {"name": "attack", "customer": "{customer}", "host": "{host}"}
            GET /api/v1/jails/{id} | jails:read | see | jail
            PUT /api/v1/jails/{id} | jails:read jails:write | configure | jail | {"name": "{name}", "command": ["/bin/true"]}
            PATCH /api/v1/jails/{id} | jails:read jails:write | configure | jail | {"command": ["/bin/true"]}
            DELETE /api/v1/jails/{id} | jails:read jails:write | define | jail
            POST /api/v1/jails/{id}/start | jails:read jails:power | power | jail
            POST /api/v1/jails/{id}/stop | jails:read jails:power | power | jail
            POST /api/v1/jails/{id}/restart | jails:read jails:power | power | jail
            POST /api/v1/jails/{id}/move | jails:read jails:write | define | jail | {"customer": "{elsewhere}"}
            GET /api/v1/jails/{id}/plan | jails:read | see | jail
            GET /api/v1/jails/{id}/addresses | jails:read | see | jail
            POST /api/v1/jails/{id}/addresses:name | jails:read jails:write | configure | jail | {"address": "192.0.2.1", "name": null}
            GET /api/v1/jails/{id}/firewall | jails:read | see | jail
            GET /api/v1/jails/{id}/firewall/counters | jails:read | see | jail
            PUT /api/v1/jails/{id}/firewall | jails:read jails:write | configure | jail | {"rules": [{"direction": "in", "action": "drop"}]}
            POST /api/v1/jails/{id}/firewall:explain | jails:read | see | jail | {"direction": "in", "protocol": "icmp", "peer": "192.0.2.1"}
            GET /api/v1/jails/{id}/ports | jails:read | see | jail
            POST /api/v1/jails/{id}/ports | jails:read jails:write | define | jail | {"protocol": "tcp", "address": "192.0.2.2", "port": 8080}
            DELETE /api/v1/jails/{id}/ports | jails:read jails:write | define | jail
            POST /api/v1/jails/{id}/ports/{port}/forward-ticket | jails:read jails:console | console | jail
            GET /api/v1/jails/{id}/ports/{port}/forward | jails:read jails:console | console | jail
            GET /api/v1/jails/{id}/logs | jails:read jails:logs | logs | jail
            POST /api/v1/jails/{id}/exec | jails:read jails:console | console | jail | {"command": ["/bin/true"]}
            GET /api/v1/jails/{id}/exec | jails:read jails:console | console | jail
            DELETE /api/v1/jails/{id}/exec/{session} | jails:read jails:console | console | jail
            POST /api/v1/jails/{id}/exec/{session}/attach-ticket | jails:read jails:console | console | jail
            GET /api/v1/jails/{id}/exec/{session}/attach | jails:read jails:console | console | jail
            GET /api/v1/jails/{id}/files | jails:read jails:files | files | jail
            GET /api/v1/jails/{id}/files/archive | jails:read jails:files | files | jail
            PUT /api/v1/jails/{id}/files/archive | jails:read jails:files | files | jail
            GET /api/v1/jails/{id}/files/entry | jails:read jails:files | files | jail
            GET /api/v1/jails/{id}/files:search | jails:read jails:files | files | jail
            GET /api/v1/jails/{id}/files/content | jails:read jails:files | files | jail
            PUT /api/v1/jails/{id}/files/content | jails:read jails:files | files | jail
            PATCH /api/v1/jails/{id}/files/content | jails:read jails:files | files | jail
            GET /api/v1/jails/{id}/files/upload | jails:read jails:files | files | jail
            DELETE /api/v1/jails/{id}/files/upload | jails:read jails:files | files | jail
            POST /api/v1/jails/{id}/files:mkdir | jails:read jails:files | files | jail | {"path": "/srv/attack"}
            POST /api/v1/jails/{id}/files:link | jails:read jails:files | files | jail | {"path": "/srv/attack", "target": "/"}
            POST /api/v1/jails/{id}/files:rename | jails:read jails:files | files | jail | {"path": "/srv/a", "to": "/srv/b"}
            POST /api/v1/jails/{id}/files:remove | jails:read jails:files | files | jail | {"path": "/srv/attack"}
            POST /api/v1/jails/{id}/files:mode | jails:read jails:files | files | jail | {"path": "/srv/attack", "mode": "0777"}
            POST /api/v1/jails/{id}/files:owner | jails:read jails:files | files | jail | {"path": "/srv/attack", "owner": 0, "group": 0}
            POST /api/v1/jails/{id}/plan | jails:read plans:write | plans | jail | {"plan": "{plan}"}
            POST /api/v1/jails:run | jails:read jails:write jails:console | define | everywhere | {"jail": {"name": "attack", "customer": "{customer}", "host": "{host}"}}
            POST /api/v1/jails:batch | jails:write | power | line | {"id": "{jail}", "action": "stop"}
            POST /api/v1/jails:rollout | jails:write | policy | everywhere | {"jails": []}
            GET /api/v1/jails/{id}/policy | jails:read | see | jail
            GET /api/v1/jails/{id}/policy:explain | jails:read | see | jail
            POST /api/v1/jails/{id}/policy:observe | jails:read jails:write | configure | jail | {"profile": "hosting"}
            GET /api/v1/jails/{id}/denials | jails:read | see | jail
            GET /api/v1/jails/{id}/events | jails:read | see | jail
            GET /api/v1/jails/{id}/metrics | jails:read | see | jail
            GET /api/v1/usage | usage:read | - | own
            POST /api/v1/usage:verify | usage:read | see | everywhere | {"period": "2026-10"}
            POST /api/v1/policies:simulate | jails:read | - | own | {}
            """;

    private static final String PAGES = """
            GET / | - | - | own
            GET /live | - | - | own
            GET /sign-in | - | - | nothing
            GET /sign-in/code | - | - | nothing
            GET /sign-in/passkey | - | - | nothing
            GET /sign-in/link/{secret} | - | - | nothing
            POST /sign-in/link/{secret} | - | - | nothing
            GET /sign-in/reset/{secret} | - | - | nothing
            POST /sign-in/reset/{secret} | - | - | nothing
            GET /sign-in/forgotten | - | - | nothing
            POST /sign-in/forgotten | - | - | nothing | name=attack
            GET /sign-in/email/{secret} | - | - | nothing
            POST /sign-in/email/{secret} | - | - | nothing
            GET /sign-in/with/{provider} | - | - | nothing
            GET /login/oauth2/code/{provider} | - | - | nothing
            GET /sign-in/invitation/{secret} | - | - | nothing
            POST /sign-in/invitation/{secret} | - | - | nothing
            GET /account | - | own-account | own
            POST /account/password | - | own-account | own | current=x&password=y&repeated=z
            POST /account/sessions/end | - | own-account | own | session=nothing
            POST /account/sessions/end-others | - | own-account | own
            GET /account/passkeys/new | - | own-account | own
            GET /account/passkeys/options | - | own-account | own
            POST /account/passkeys | - | own-account | own | name=x&credential=y
            POST /account/passkeys/remove | - | own-account | own-or-nothing | passkey=00000000-0000-0000-0000-000000000000
            POST /account/identities | - | own-account | own | provider=x
            POST /account/identities/remove | - | own-account | own-or-nothing | identity=00000000-0000-0000-0000-000000000000
            GET /account/email | - | own-account | own
            POST /account/email | - | own-account | own | address=a
            POST /account/notices | - | own-account | own | on=token
            POST /account/email/remove | - | own-account | own
            GET /account/second-factor | - | own-account | own
            POST /account/second-factor | - | own-account | own | password=x
            POST /account/second-factor/confirm | - | own-account | own | code=000000
            POST /account/second-factor/recovery-codes | - | own-account | own | password=x&code=y
            POST /account/second-factor/remove | - | own-account | own | password=x&code=y
            GET /account/tokens | - | own-account | own
            POST /account/tokens/{id}/rotate | - | own-account | own-token
            POST /account/tokens/{id}/end-former | - | own-account | token
            GET /account/keys | - | own-account | own
            POST /account/keys | - | own-account | own | key=attack
            POST /account/keys/{id}/remove | - | own-account | token
            POST /account/tokens | - | own-account | own | name=
            POST /account/tokens/{id}/revoke | - | own-account | token
            GET /users | - | see-installation | everywhere
            GET /users/{id} | - | see-installation | everywhere
            POST /users/{id}/role | - | users | everywhere | role=support
            POST /users/{id}/password | - | users | everywhere
            POST /users/{id}/sessions/end | - | users | everywhere
            POST /users/{id}/disable | - | users | everywhere
            GET /tokens | - | users | everywhere
            POST /tokens/{id}/revoke | - | users | token
            GET /rights | - | - | own
            GET /calls | - | - | own
            GET /suggestions/customers | - | - | own
            GET /jails | - | - | own
            GET /jails/live | - | - | own
            GET /jails/new | - | define | everywhere
            POST /jails | - | define | everywhere | name=attack&customer={customer}&host={host}
            POST /jails/preview | - | define | everywhere | name=attack
            POST /jails/overrides | - | define | everywhere | name=attack
            POST /jails/rows | - | define | everywhere | name=attack
            GET /jails/rollout | - | policy | everywhere
            POST /jails/rollout | - | policy | everywhere | policy=hosting
            POST /jails/rollout/step | - | policy | everywhere | policy=hosting&at=0
            GET /jails/{id} | - | see | jail
            POST /jails/{id} | - | configure | jail | version=1
            GET /jails/{id}/live | - | see | jail
            GET /jails/{id}/policy | - | see | jail
            GET /jails/{id}/network | - | see | jail
            GET /jails/{id}/activity | - | see | jail
            GET /jails/{id}/settings | - | see | jail
            GET /jails/{id}/edit | - | configure | jail
            GET /jails/{id}/retire | - | define | everywhere
            POST /jails/{id}/retire | - | define | everywhere | files=KEPT&confirm={name}
            POST /jails/{id}/start | - | power | jail
            POST /jails/{id}/stop | - | power | jail
            POST /jails/{id}/restart | - | power | jail
            GET /jails/{id}/addresses | - | see | jail
            POST /jails/{id}/addresses | - | configure | jail | address=192.0.2.1&name=mail.example.org
            GET /jails/{id}/firewall | - | see | jail
            POST /jails/{id}/firewall | - | configure | jail | rules=in+drop+any&version=1
            POST /jails/{id}/firewall/preview | - | configure | jail | rules=in+drop+any
            GET /jails/{id}/ports | - | see | jail
            POST /jails/{id}/ports | - | define | jail | protocol=tcp&address=192.0.2.2&port=8080
            POST /jails/{id}/ports/withdraw | - | define | jail | protocol=tcp&address=192.0.2.2&port=8080
            GET /jails/{id}/move | - | define | jail
            POST /jails/{id}/move | - | define | jail | customer={elsewhere}
            GET /jails/{id}/plan | - | plans | jail
            POST /jails/{id}/plan | - | plans | jail | plan=attack
            GET /jails/{id}/explain | - | see | jail
            POST /jails/{id}/overrides | - | policy | everywhere | call=mount&decision=allow&reason=attack&version=1
            POST /jails/{id}/overrides/preview | - | policy | everywhere | call=mount&decision=allow&reason=attack&version=1
            GET /jails/{id}/overrides/remove | - | policy | everywhere
            POST /jails/{id}/overrides/remove | - | policy | everywhere | call=mount&version=1
            GET /jails/{id}/observation | - | see | jail
            POST /jails/{id}/observation/preview | - | see | jail
            POST /jails/{id}/observation | - | configure | jail | profile=hosting
            POST /jails/{id}/observation/end | - | configure | jail
            GET /jails/{id}/denials | - | see | jail
            GET /jails/{id}/figures | - | see | jail
            GET /jails/{id}/figures/live | - | see | jail
            GET /jails/{id}/console | - | console | jail
            POST /jails/{id}/console | - | console | jail | user=www-data
            GET /jails/{id}/console/{session} | - | console | jail
            POST /jails/{id}/console/{session}/ticket | - | console | jail
            GET /jails/{id}/console/{session}/attach | - | console | jail
            POST /jails/{id}/console/{session}/end | - | console | jail
            GET /jails/{id}/figures/last | - | see | jail
            GET /jails/{id}/log | - | logs | jail
            GET /jails/{id}/log/live | - | logs | jail
            GET /jails/{id}/log/end | - | logs | jail
            GET /jails/{id}/log/text | - | logs | jail
            GET /jails/{id}/files | - | files | jail
            GET /jails/{id}/files/entry | - | files | jail
            GET /jails/{id}/files/content | - | files | jail
            GET /jails/{id}/files/delete | - | files | jail
            GET /jails/{id}/files/archive | - | files | jail
            GET /jails/{id}/files/part | - | files | jail
            POST /jails/{id}/files/part | - | files | jail
            GET /jails/{id}/files/edit | - | files | jail
            POST /jails/{id}/files/edit | - | files | jail | path=/a&version=1-1&text=attack
            POST /jails/{id}/files/upload | - | files | jail
            POST /jails/{id}/files/mkdir | - | files | jail | path=/&name=attack
            POST /jails/{id}/files/rename | - | files | jail | path=/a&to=/b
            POST /jails/{id}/files/mode | - | files | jail | path=/a&bit=256
            POST /jails/{id}/files/remove | - | files | jail | path=/a
            POST /jails/{id}/files/restore | - | files | jail | path=/.bailiwick-undo-0123456789abcdef/a
            POST /jails/{id}/files/delete | - | files | jail | path=/a
            GET /jails/{id}/figures/csv | - | see | jail
            GET /kept-files | - | - | own
            GET /kept-files/{id}/delete | - | define | everywhere
            POST /kept-files/{id}/delete | - | define | everywhere
            GET /kept-files/{id}/customer | - | define | everywhere
            POST /kept-files/{id}/customer | - | define | everywhere | customer={customer}
            GET /usage | - | see | everywhere
            GET /usage/csv | - | see | everywhere
            GET /customers | - | see-installation | resold
            GET /customers/new | - | customers | resold
            POST /customers | - | customers | resold | name=attack
            GET /customers/{id} | - | see-installation | resold
            POST /customers/{id}/details | - | customers | everywhere | name=attack
            POST /customers/{id}/quota | - | plans | resold | jails=5
            POST /customers/{id}/suspend | - | suspend | resold | reason=attack
            POST /customers/{id}/unsuspend | - | suspend | resold
            GET /customers/{id}/retire | - | customers | everywhere
            POST /customers/{id}/retire | - | customers | everywhere
            POST /customers/{id}/restore | - | customers | everywhere
            GET /hosts | - | see-installation | everywhere
            GET /hosts/live | - | see-installation | everywhere
            GET /hosts/new | - | installation | everywhere
            GET /hosts/new/guide | - | see-installation | everywhere
            POST /hosts | - | installation | everywhere | name=attack
            GET /hosts/{id} | - | see-installation | everywhere
            GET /hosts/{id}/figures | - | see-installation | everywhere
            GET /hosts/{id}/figures/live | - | see-installation | everywhere
            GET /hosts/{id}/figures/csv | - | see-installation | everywhere
            GET /hosts/{id}/live | - | see-installation | everywhere
            POST /hosts/{id}/token | - | installation | everywhere
            POST /hosts/{id}/name | - | installation | everywhere | name=attack&version=1
            GET /hosts/{id}/remove | - | installation | everywhere
            POST /hosts/{id}/remove | - | installation | everywhere
            GET /hosts/{id}/differences | - | see-installation | everywhere
            POST /hosts/{id}/differences | - | installation | everywhere-or-nothing | jail={jail}&choice=adopt
            POST /hosts/{id}/differences/close | - | installation | everywhere-or-nothing
            GET /hosts/{id}/overcommit | - | installation | everywhere
            POST /hosts/{id}/overcommit | - | installation | everywhere | version=1&memoryOvercommit=x
            GET /hosts/{id}/resolver | - | see-installation | everywhere
            POST /hosts/{id}/resolver | - | installation | everywhere
            GET /plans | - | see-installation | everywhere
            GET /plans/new | - | plans | everywhere
            POST /plans | - | plans | everywhere | name=attack&limits.memory=x
            GET /plans/{id} | - | see-installation | everywhere
            POST /plans/{id}/versions | - | plans | everywhere | limits.memory=x
            POST /plans/{id}/retire | - | plans | everywhere
            GET /firewall/{customer} | - | see | customer
            POST /firewall/{customer} | - | configure | customer | rules=in+drop+any&version=0
            GET /networks/{customer} | - | see | customer
            POST /networks/{customer} | - | configure | customer | name=attack
            GET /networks/{customer}/{id} | - | see | customer-or-nothing
            POST /networks/{customer}/{id} | - | configure | customer-or-nothing | name=attack
            POST /networks/{customer}/{id}/jails | - | configure | customer-or-nothing | jail=shop
            POST /networks/{customer}/{id}/jails/{jail}/remove | - | configure | customer-or-nothing
            POST /networks/{customer}/{id}/remove | - | configure | customer-or-nothing
            GET /people | - | members | customer
            GET /people/{customer}/invite | - | members | customer
            POST /people/{customer}/invite | - | members | customer | login=attack&role=colleague
            POST /people/{customer}/invitations/{id}/withdraw | - | members | customer-or-nothing
            GET /people/{customer}/{user} | - | members | customer
            POST /people/{customer}/{user} | - | members | customer | role=colleague
            POST /people/{customer}/{user}/password | - | passwords | customer
            POST /people/{customer}/{user}/remove | - | members | customer
            POST /people/{customer}/{user}/act | - | act-on-behalf | everywhere | reason=attack
            POST /acting/end | - | - | own
            GET /pools | - | see-installation | everywhere
            GET /pools/{id} | - | see-installation | everywhere
            GET /pools/{id}/reverse-zone | - | see-installation | everywhere
            POST /pools/{id}/egress | - | installation | everywhere | egress=closed
            POST /pools/{id}/quarantine | - | installation | everywhere | quarantine=24
            POST /pools/{id}/resting/free | - | installation | everywhere | address=192.0.2.1
            POST /pools/{id}/resolver | - | installation | everywhere
            """;
}
