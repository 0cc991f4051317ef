package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** The page that asks for a code. A filter reads its form. */
@Controller
class CodeSignInPages {

    private final PendingSignIns pending;

    CodeSignInPages(PendingSignIns pending) {
        this.pending = pending;
    }

    /** Only forwards get here. */
    @RequestMapping(ExpiredSessionRequests.CODE_PAGE)
    String ask() {
        return "sign-in-code";
    }

    @GetMapping(ExpiredSessionRequests.SIGN_IN_CODE)
    String askAgain(HttpServletRequest request) {
        return pending.of(request).isPresent() ? "sign-in-code" : "redirect:/sign-in";
    }
}
