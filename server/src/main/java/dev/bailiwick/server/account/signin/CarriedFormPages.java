package dev.bailiwick.server.account.signin;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;

/** The pages of requests whose session had ended, see {@link LateRequests}: reached by forwards. */
@Controller
class CarriedFormPages {

    private static final Pattern ID = Pattern.compile("/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    @RequestMapping(LateRequests.SIGN_IN_PAGE)
    String signIn() {
        return "sign-in";
    }

    /**
     * What would be sent, field by field, for a form that has no page of its own or whose page does not say how it is filled in again: a
     * more specific mapping below the same path does.
     */
    @PostMapping(LateRequests.SHOWN_AGAIN + "/**")
    String show(
            @RequestAttribute(CarriedForm.ATTRIBUTE) Optional<CarriedForm> carried,
            HttpServletRequest request,
            Model model) {
        CarriedForm form = carried.orElseThrow(() -> new NothingCarried(request.getRequestURI()));
        model.addAttribute("form", form);
        model.addAttribute(
                "act", "carried.act" + ID.matcher(form.path()).replaceAll("").replace('/', '.'));
        return "carried";
    }
}
