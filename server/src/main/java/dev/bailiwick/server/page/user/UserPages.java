package dev.bailiwick.server.page.user;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.key.SshKey;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.session.UserSessions;
import dev.bailiwick.server.account.signin.reset.PasswordResets;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.Token;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PageAddress;
import dev.bailiwick.server.page.PasswordLinks;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of users and a page for each, for staff; whoever manages users changes them there. */
@Controller
@ConditionalOnWebApplication
class UserPages {

    private static final int ROWS = 50;

    private final Users users;
    private final Members members;
    private final ApiTokens tokens;
    private final SshKeys keys;
    private final UserSessions sessions;
    private final MessageSource messages;
    private final PasswordResets resets;
    private final Clock clock;

    UserPages(
            Users users,
            Members members,
            ApiTokens tokens,
            SshKeys keys,
            UserSessions sessions,
            MessageSource messages,
            PasswordResets resets,
            Clock clock) {
        this.resets = resets;
        this.users = users;
        this.members = members;
        this.tokens = tokens;
        this.keys = keys;
        this.sessions = sessions;
        this.messages = messages;
        this.clock = clock;
    }

    /** @param from the user after whom the page starts; empty for the first page */
    @GetMapping("/users")
    String list(Caller caller, @RequestParam(defaultValue = "") String from, Model model) {
        caller.require(Right.SEE_INSTALLATION);
        Optional<UserId> after = start(from);
        List<User> oneMore = users.list(caller, after, ROWS + 1);
        model.addAttribute(
                "users",
                oneMore.stream()
                        .limit(ROWS)
                        .map(user -> ShownUser.of(user, clock.instant()))
                        .toList());
        model.addAttribute("firstUrl", after.isEmpty() ? "" : "/users");
        model.addAttribute(
                "nextUrl",
                oneMore.size() > ROWS
                        ? new PageAddress("/users")
                                .with("from", oneMore.get(ROWS - 1).id().toString())
                                .text()
                        : "");
        return "users/list";
    }

    private static Optional<UserId> start(String from) {
        try {
            return from.isEmpty() ? Optional.empty() : Optional.of(UserId.parse(from));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/from", e.reason());
        }
    }

    /** A customer that the user belongs to. */
    record ShownMembership(String customer, String name, String role, int jails, Moment since) {}

    @GetMapping("/users/{id}")
    String show(Caller caller, @PathVariable String id, Model model) {
        caller.require(Right.SEE_INSTALLATION);
        UserId user = new UserId(PathIds.uuid(id));
        model.addAttribute("user", ShownUser.of(users.get(caller, user), clock.instant()));
        model.addAttribute(
                "roles",
                Arrays.stream(Role.values())
                        .filter(Role::isStaff)
                        .map(Role::toString)
                        .toList());
        model.addAttribute(
                "memberships",
                members.of(caller, user, Optional.empty(), ROWS).stream()
                        .map(one -> new ShownMembership(
                                one.customer().toString(),
                                one.name(),
                                one.role().toString(),
                                one.jails(),
                                Moment.of(one.since(), clock.instant())))
                        .toList());
        model.addAttribute("self", user.equals(caller.user()));
        if (caller.may(Right.USERS)) {
            List<Token> known = tokens.list(caller, Optional.of(user), Optional.empty(), ROWS);
            model.addAttribute(
                    "tokenCount", known.stream().filter(this::inForce).count());
            model.addAttribute(
                    "keys",
                    keys.list(caller, user, Optional.empty(), ROWS).stream()
                            .map(SshKey::fingerprint)
                            .toList());
            model.addAttribute(
                    "sessions",
                    sessions.list(caller, user).stream()
                            .map(session -> ShownSessionOf.of(session, clock.instant()))
                            .toList());
        }
        return "users/user";
    }

    private boolean inForce(Token token) {
        return token.revokedAt() == null
                && (token.expiresAt() == null || token.expiresAt().isAfter(clock.instant()));
    }

    @PostMapping("/users/{id}/role")
    String changeRole(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String role,
            RedirectAttributes then) {
        caller.require(Right.USERS);
        UserId user = new UserId(PathIds.uuid(id));
        Optional<Role> wanted = Arrays.stream(Role.values())
                .filter(known -> known.toString().equals(role))
                .findFirst();
        return change(
                user,
                then,
                "users.role-changed",
                () -> users.changeRole(
                        caller, user, wanted.orElseThrow(() -> new InvalidRequest("/role", "must be chosen"))));
    }

    @PostMapping("/users/{id}/disable")
    String disable(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "false") boolean leaveOwnerless,
            RedirectAttributes then) {
        caller.require(Right.USERS);
        UserId user = new UserId(PathIds.uuid(id));
        return change(
                user,
                then,
                "users.disabled",
                () -> users.disable(caller, user, leaveOwnerless ? Users.Ownerless.ALLOWED : Users.Ownerless.REFUSED));
    }

    @PostMapping("/users/{id}/password")
    String issuePasswordLink(
            Caller caller, @PathVariable String id, HttpServletRequest request, RedirectAttributes then) {
        UserId user = new UserId(PathIds.uuid(id));
        PasswordLinks.issue(() -> resets.issue(caller, user), request, then);
        return "redirect:/users/" + user;
    }

    @PostMapping("/users/{id}/sessions/end")
    String endSessions(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Right.USERS);
        UserId user = new UserId(PathIds.uuid(id));
        return change(user, then, "users.sessions-ended", () -> sessions.endAll(caller, user));
    }

    private String change(UserId user, RedirectAttributes then, String done, Runnable change) {
        try {
            change.run();
            then.addFlashAttribute("toast", messages.getMessage(done, null, Locale.ENGLISH));
        } catch (Failure refused) {
            if (refused.type().status() == 404 || refused.type().status() == 403) {
                throw refused;
            }
            then.addFlashAttribute("problem", refused.detail());
        }
        return "redirect:/users/" + user;
    }
}
