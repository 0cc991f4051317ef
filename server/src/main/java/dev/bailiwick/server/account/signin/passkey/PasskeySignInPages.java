package dev.bailiwick.server.account.signin.passkey;

import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** What the script of the sign-in page asks for. A filter reads the form that it sends. */
@Controller
class PasskeySignInPages {

    private final OwnPasskeys passkeys;

    PasskeySignInPages(OwnPasskeys passkeys) {
        this.passkeys = passkeys;
    }

    /** Says the same to everybody: the device knows whose passkeys it has. */
    @GetMapping(ExpiredSessionRequests.SIGN_IN_PASSKEY)
    ResponseEntity<String> options(HttpServletRequest request, HttpServletResponse response) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(passkeys.requestOptions(request, response));
    }
}
