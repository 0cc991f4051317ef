package dev.bailiwick.server.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Where people sign in. Signing in by password, and out, is done by filters. */
@Controller
class SignInPages {

    private final SignInLinks links;
    private final UserInSession sessions;

    SignInPages(SignInLinks links, Users users) {
        this.links = links;
        this.sessions = new UserInSession(users);
    }

    @GetMapping("/sign-in")
    String signIn() {
        return "sign-in";
    }

    /** A link that was used before, or is too old, leads to the form like a wrong password does. */
    @GetMapping("/sign-in/link/{secret}")
    String byLink(@PathVariable String secret, HttpServletRequest request, HttpServletResponse response) {
        return links.redeem(secret)
                .map(caller -> {
                    // A session made before must not become one that is signed in: its id may be known to somebody
                    // else.
                    if (request.getSession(false) != null) {
                        request.changeSessionId();
                    }
                    SecurityContext context = SecurityContextHolder.createEmptyContext();
                    context.setAuthentication(new CallerAuthentication(caller));
                    SecurityContextHolder.setContext(context);
                    sessions.saveContext(context, request, response);
                    return "redirect:/jails";
                })
                .orElse("redirect:/sign-in?error");
    }
}
