package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.request.OtherParameters;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The page for signing in. Filters handle the sign-in by password and the sign-out. */
@Controller
class SignInPages {

    @OtherParameters({
        "signedOut",
        "usedLink",
        "usedInvitation",
        "usedReset",
        "passwordSet",
        "usedEmail",
        "emailConfirmed",
        "mailSent"
    })
    @GetMapping("/sign-in")
    String signIn() {
        return "sign-in";
    }
}
