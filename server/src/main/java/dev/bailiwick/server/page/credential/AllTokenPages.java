package dev.bailiwick.server.page.credential;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.Token;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.page.PageAddress;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which whoever manages users sees the tokens of all, and revokes them. */
@Controller
@ConditionalOnWebApplication
class AllTokenPages {

    private static final int ROWS = 50;

    private final ApiTokens tokens;
    private final Users users;
    private final MessageSource messages;
    private final Clock clock;

    AllTokenPages(ApiTokens tokens, Users users, MessageSource messages, Clock clock) {
        this.tokens = tokens;
        this.users = users;
        this.messages = messages;
        this.clock = clock;
    }

    /**
     * @param user the user whose tokens are shown; empty for all
     * @param from the token after which the page starts; empty for the first page
     */
    @GetMapping("/tokens")
    String list(
            Caller caller,
            @RequestParam(defaultValue = "") String user,
            @RequestParam(defaultValue = "") String from,
            Model model) {
        caller.require(Right.USERS);
        Optional<UserId> of = read("user", user, UserId::parse);
        List<Token> oneMore = tokens.list(caller, of, read("from", from, TokenId::parse), ROWS + 1);
        List<ShownToken> shown = oneMore.stream()
                .limit(ROWS)
                .map(token -> ShownToken.of(token, clock.instant()))
                .toList();
        Map<String, String> logins = new HashMap<>();
        oneMore.stream().map(Token::user).distinct().forEach(id -> logins.put(id.toString(), login(id)));
        model.addAttribute("tokens", shown);
        model.addAttribute("logins", logins);
        model.addAttribute("of", of.map(this::login).orElse(""));
        model.addAttribute(
                "firstUrl",
                from.isEmpty()
                        ? ""
                        : new PageAddress("/tokens").with("user", user).text());
        model.addAttribute(
                "nextUrl",
                oneMore.size() > ROWS
                        ? new PageAddress("/tokens")
                                .with("user", user)
                                .with("from", shown.getLast().id())
                                .text()
                        : "");
        return "users/tokens";
    }

    private String login(UserId id) {
        return users.known(id).login();
    }

    private static <T> Optional<T> read(String name, String text, Function<String, T> parser) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/" + name, e.reason());
        }
    }

    @PostMapping("/tokens/{id}/revoke")
    String revoke(Caller caller, @PathVariable String id, RedirectAttributes then) {
        Token revoked = tokens.revoke(caller, new TokenId(PathIds.uuid(id)));
        then.addFlashAttribute(
                "toast", messages.getMessage("account.token.revoked", new Object[] {revoked.name()}, Locale.ENGLISH));
        return "redirect:/tokens?user=" + revoked.user();
    }
}
