package dev.bailiwick.server.account.signin.oidc;

import java.util.List;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Gives the pages for signing in, and for confirming, the providers that they offer. */
@ControllerAdvice("dev.bailiwick.server.account.signin")
class ProviderButtons {

    private final Providers providers;

    ProviderButtons(Providers providers) {
        this.providers = providers;
    }

    @ModelAttribute("providers")
    List<Providers.Provider> providers() {
        return providers.all();
    }
}
